/** Tries until it holds; the limit is against hanging, not a measure of speed. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { limitMs = 25_000 } = {},
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
