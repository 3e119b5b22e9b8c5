/** Parts of the header that never change: the server renders them, and no browser loads what makes them. */

/** Whose board this is. */
export function Mark() {
  return (
    <span className="flex items-center gap-2 compact:h-11 font-semibold text-name tracking-tight wide:shrink-0">
      <svg viewBox="4 6 24 20" aria-hidden="true" className="size-4.5 shrink-0">
        <path d="M11 7 17.5 18H4.5z" fill="var(--move-up)" />
        <path d="M21 25 14.5 14h13z" fill="var(--move-down)" />
      </svg>
      <span className="truncate">Odds Board</span>
    </span>
  );
}

/** A form, so that it works as signing in does; the server then leads to the sign-in. */
export function SignOut() {
  return (
    <form method="post" action="/sign-out" className="flex">
      <button
        type="submit"
        aria-label="Sign out"
        title="Sign out"
        className="grid size-7 place-items-center rounded-control text-ink-muted hover:bg-surface-hover hover:text-ink"
      >
        <svg
          viewBox="0 0 16 16"
          aria-hidden="true"
          className="size-4"
          fill="none"
          stroke="currentColor"
        >
          <path
            d="M6.5 2.5h-3v11h3M10 5l3 3-3 3M13 8H6.5"
            strokeWidth="1.4"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      </button>
    </form>
  );
}
