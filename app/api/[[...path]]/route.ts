import { failure } from '@/app/api/json';
import { clip } from '@/lib/protocol/errors';

/** Programs that ask under `/api` for what is not there get no page to parse. */
export async function GET(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  return failure(
    404,
    `"${clip(pathname)}" is no path of this server; its README lists those that are`,
  );
}
