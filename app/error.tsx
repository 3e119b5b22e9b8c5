'use client';

/** Something of ours broke. Says so without its inside, and offers the way on. */
export default function BoardBroke({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto flex h-dvh max-w-2xl flex-col justify-center gap-4 p-6">
      <h1 className="font-semibold text-[22px] leading-7">The board stopped</h1>
      <p className="text-ink-muted">
        Something on this page failed, so it shows no prices rather than wrong ones.
      </p>
      <div>
        <button
          type="button"
          onClick={reset}
          className="inline-flex h-8 items-center rounded-control border border-line px-3 text-name hover:bg-surface-hover"
        >
          Open the board again
        </button>
      </div>
    </main>
  );
}
