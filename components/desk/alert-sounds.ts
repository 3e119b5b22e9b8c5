/** Short sounds made of oscillators when they are played: nothing is downloaded for them. */
import type { Sound } from '@/lib/board/alert-rules';

/** Start and length in seconds, the pitch in Hz and the one that it glides to. */
type Note = readonly [start: number, length: number, from: number, to: number];

const NOTES: Record<Sound, readonly Note[]> = {
  tick: [[0, 0.05, 1_400, 1_400]],
  chime: [
    [0, 0.18, 660, 660],
    [0.11, 0.28, 990, 990],
  ],
  fall: [[0, 0.3, 720, 360]],
  alarm: [
    [0, 0.12, 880, 880],
    [0.18, 0.12, 880, 880],
    [0.36, 0.12, 880, 880],
  ],
};

const LOUDNESS = 0.2;
/** The same sound is not begun anew within this time: two at once are only louder. */
const GAP_MS = 300;

let context: AudioContext | null = null;
const playedAt = new Map<Sound, number>();
const watchers = new Set<() => void>();

function audio(): AudioContext | null {
  if (context) return context;
  if (typeof AudioContext === 'undefined') return null;
  context = new AudioContext();
  context.onstatechange = () => {
    for (const watcher of watchers) watcher();
  };
  return context;
}

/** Whether the browser would play: most wait until somebody has clicked or pressed a key on the page. */
export function isAudible(): boolean {
  return context?.state === 'running';
}

/** Calls back when that may have changed. */
export function watchAudible(callback: () => void): () => void {
  watchers.add(callback);
  return () => watchers.delete(callback);
}

/**
 * Gets ready to play with the next click or key, also once the browser has suspended what was ready; answers how to stop
 * waiting for one.
 */
export function armSounds(): () => void {
  const resume = () => {
    const ready = audio();
    if (ready?.state !== 'running') void ready?.resume().catch(() => {});
    else disarm();
  };
  const disarm = () => {
    window.removeEventListener('pointerdown', resume, true);
    window.removeEventListener('keydown', resume, true);
  };
  const arm = () => {
    window.addEventListener('pointerdown', resume, true);
    window.addEventListener('keydown', resume, true);
  };
  const stopWatching = watchAudible(() => {
    if (!isAudible()) arm();
  });
  arm();
  if (navigator.userActivation?.hasBeenActive) resume();
  return () => {
    stopWatching();
    disarm();
  };
}

/** Plays a sound, now or not at all. */
export function playSound(sound: Sound): void {
  const ready = audio();
  const now = performance.now();
  if (!ready || now - (playedAt.get(sound) ?? Number.NEGATIVE_INFINITY) < GAP_MS) return;
  if (ready.state === 'running') {
    playedAt.set(sound, now);
    sing(ready, sound);
    return;
  }
  // A browser that waits for a gesture resumes only long after what the sound tells of.
  if (!navigator.userActivation?.isActive) return;
  playedAt.set(sound, now);
  ready.resume().then(
    () => sing(ready, sound),
    () => {},
  );
}

function sing(ready: AudioContext, sound: Sound): void {
  for (const [start, length, from, to] of NOTES[sound]) {
    const at = ready.currentTime + start;
    const tone = new OscillatorNode(ready, { type: 'triangle', frequency: from });
    tone.frequency.setValueAtTime(from, at);
    tone.frequency.exponentialRampToValueAtTime(to, at + length);
    // A tone that begins or ends at full loudness clicks.
    const loudness = new GainNode(ready, { gain: 0 });
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.008);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(loudness).connect(ready.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
