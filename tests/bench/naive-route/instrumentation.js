// Of this app's own, and empty: without one Next takes the board's.
export function register() {}
