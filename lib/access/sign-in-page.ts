/** The sign-in page: one form that works without a script, in the board's colours. */

export type SignInPage = {
  /** Where the form leads, checked. */
  next: string;
  /** What was wrong with the last try. */
  error: string | null;
  /** Of the answer's policy, for the one style sheet. */
  nonce: string;
};

/** The policy of the page: one style sheet, one form that goes to the board itself. */
export function signInPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

// The colours are those of app/globals.css, which is behind the sign-in with everything else of the board's pages.
const STYLE = `
:root { color-scheme: dark; }
* { box-sizing: border-box; }
html { height: 100%; -webkit-text-size-adjust: 100%; }
body {
  display: grid; min-height: 100%; margin: 0; padding: 24px; place-items: center;
  background: #0c0e11; color: #e9ebee;
  font: 14px/20px "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
  -webkit-font-smoothing: antialiased;
}
main { width: 100%; max-width: 344px; margin-bottom: 8vh; }
.mark { display: flex; align-items: center; gap: 10px; margin: 0 0 28px; font-weight: 600; font-size: 15px; letter-spacing: -0.01em; }
.mark svg { width: 22px; height: 18px; flex: none; }
.panel { padding: 28px; background: #12151a; border: 1px solid #2b313a; border-radius: 10px; }
h1 { margin: 0; font-size: 20px; line-height: 28px; font-weight: 600; letter-spacing: -0.015em; }
.about { margin: 4px 0 24px; color: #a9b1bc; }
label { display: block; margin-bottom: 6px; color: #a9b1bc; font-size: 13px; line-height: 18px; }
input[type="password"] {
  width: 100%; height: 42px; padding: 0 12px; background: #0c0e11; color: inherit;
  border: 1px solid #59626f; border-radius: 6px; font: inherit; font-size: 16px; letter-spacing: 0.02em;
}
input[aria-invalid="true"] { border-color: #ff9466; }
button {
  width: 100%; height: 42px; margin-top: 20px; border: 0; border-radius: 6px; cursor: pointer;
  background: #8ab4f8; color: #0c0e11; font: inherit; font-weight: 600;
}
button:hover { background: #a5c5fa; }
:focus-visible { outline: 2px solid #8ab4f8; outline-offset: 2px; }
.error { display: flex; gap: 8px; margin: 10px 0 0; color: #ff9466; font-size: 13px; line-height: 18px; }
.error svg { width: 13px; height: 13px; margin-top: 2px; flex: none; }
`;

/** The whole page. */
export function renderSignIn({ next, error, nonce }: SignInPage): string {
  const field = error === null ? '' : ' aria-invalid="true" aria-describedby="error"';
  const problem =
    error === null
      ? ''
      : `<p class="error" id="error" role="alert"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1 11.4 11H.6z" fill="currentColor"/></svg><span>${escapeHtml(error)}</span></p>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="theme-color" content="#0c0e11">
<title>${error === null ? '' : 'Not signed in · '}Sign in · Odds Board</title>
<link rel="icon" href="/mark.svg" type="image/svg+xml">
<style nonce="${escapeHtml(nonce)}">${STYLE}</style>
</head>
<body>
<main>
<p class="mark"><svg viewBox="4 6 24 20" aria-hidden="true"><path d="M11 7 17.5 18H4.5z" fill="#4cd0ab"/><path d="M21 25 14.5 14h13z" fill="#ff9466"/></svg>Odds Board</p>
<div class="panel">
<h1>Sign in</h1>
<p class="about">${next === '/' ? 'Prices are for your team alone.' : 'Your link opens right after.'}</p>
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label for="password">Team password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus maxlength="256"${field}>
${problem}
<button type="submit">Sign in</button>
</form>
</div>
</main>
</body>
</html>
`;
}
