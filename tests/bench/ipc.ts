/** Questions from the bench's runner to the processes it starts, over the channel Node gives them. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pin } from './machine';

type Question = { id: number; name: string; argument: unknown };
type Answer = { id: number; value?: unknown; error?: string };

/** In the child: answers each question by the function of its name, and ends with its parent. */
// biome-ignore lint/suspicious/noExplicitAny: what is asked is agreed by both files, not by this one.
export function answerParent(handlers: Record<string, (argument: any) => unknown>): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    const answer: Answer = { id };
    try {
      const handler = handlers[name];
      if (!handler) throw new Error(`nobody answers ${name}`);
      answer.value = await handler(argument);
    } catch (error) {
      answer.error = String(error instanceof Error ? error.stack : error);
    }
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit(0));
}

export type Helper = {
  pid: number;
  ask<T>(name: string, argument?: unknown): Promise<T>;
  stop(): void;
};

/** Starts a file on a core of its own choice; a question without an answer after `limitMs` fails. */
export function startHelper(
  file: URL,
  args: readonly string[],
  { core, limitMs = 180_000 }: { core: number | null; limitMs?: number },
): Helper {
  const path = fileURLToPath(file);
  const child: ChildProcess = fork(path, [...args], {
    execArgv: ['--import', 'tsx', '--max-semi-space-size=64'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (core !== null && child.pid) pin(child.pid, core);
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', (code) => {
    for (const [id, end] of waiting) end({ id, error: `${path} ended with ${code}` });
    waiting.clear();
  });
  const stop = () => {
    process.off('exit', stop);
    if (child.exitCode === null) child.kill('SIGKILL');
  };
  process.on('exit', stop);
  return {
    pid: child.pid ?? 0,
    ask: <T>(name: string, argument?: unknown) =>
      new Promise<T>((resolve, reject) => {
        asked += 1;
        const id = asked;
        const timer = setTimeout(
          () => waiting.get(id)?.({ id, error: `${path} did not answer ${name} in ${limitMs} ms` }),
          limitMs,
        );
        waiting.set(id, ({ value, error }) => {
          clearTimeout(timer);
          waiting.delete(id);
          if (error === undefined) resolve(value as T);
          else reject(new Error(error));
        });
        child.send({ id, name, argument } satisfies Question);
      }),
    stop,
  };
}
