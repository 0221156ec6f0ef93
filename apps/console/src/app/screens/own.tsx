import type { ScreenGroup } from './screen.ts'

/** Pages of the person who is signed in. */
export const own: ScreenGroup = {
  screens: [
    {
      path: '/inbox',
      text: 'inbox',
      load: async () => (await import('../../features/inbox/InboxPage.tsx')).InboxPage,
    },
    {
      path: '/me',
      text: 'me',
      load: async () => (await import('../../features/account/MyAccountPage.tsx')).MyAccountPage,
    },
  ],
}
