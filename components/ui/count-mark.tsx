/** How many of what a button hides are on. */
export function CountMark({ count }: { count: number }) {
  return (
    <span
      aria-hidden="true"
      className="min-w-4 rounded-[3px] bg-accent px-1 text-center font-semibold text-label text-surface"
    >
      {count}
    </span>
  );
}
