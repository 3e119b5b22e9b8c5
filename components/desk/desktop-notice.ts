/** Notifications of the desktop: whether they can be shown, and showing one. */

export type Permission = 'granted' | 'denied' | 'default' | 'none';

/** What the browser says; `none` where it has no notifications, or not on a page like this. */
export function permission(): Permission {
  return typeof Notification === 'undefined' || !window.isSecureContext
    ? 'none'
    : Notification.permission;
}

/** Asks, where nobody was asked before. */
export async function askPermission(): Promise<Permission> {
  if (permission() !== 'default') return permission();
  try {
    return await Notification.requestPermission();
  } catch {
    return 'denied';
  }
}

/** What stands in the way of notifications, in words; empty where nothing does. */
export function permissionWords(state: Permission): string {
  switch (state) {
    case 'granted':
      return '';
    case 'default':
      return 'The browser asks for your permission when you tick it.';
    case 'denied':
      return 'The browser blocks them: allow notifications for this address in its site settings.';
    case 'none':
      return 'This browser shows none for a page that is not on HTTPS or this computer.';
  }
}

/** Shows one, in the place of an earlier one with the same tag: other tabs' too. */
export function showNotice(title: string, body: string, tag: string, onClick: () => void): void {
  if (permission() !== 'granted') return;
  try {
    const notice = new Notification(title, { body, tag, silent: true });
    notice.onclick = () => {
      window.focus();
      onClick();
      notice.close();
    };
  } catch {
    // Phones show none but those of a service worker.
  }
}
