import { ShareAltOutlined, UserOutlined } from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** Members, and the shops that buy here. */
export const people: ScreenGroup = {
  text: 'groupPeople',
  screens: [
    {
      path: '/members',
      text: 'members',
      permission: 'members.read',
      icon: <UserOutlined />,
      load: async () => (await import('../../features/members/MemberListPage.tsx')).MemberListPage,
    },
    {
      path: '/members/:id',
      text: 'member',
      permission: 'members.read',
      under: '/members',
      load: async () => (await import('../../features/members/MemberDetailPage.tsx')).MemberDetailPage,
    },
    {
      path: '/wholesale',
      text: 'wholesale',
      permission: 'wholesale.read',
      icon: <ShareAltOutlined />,
      load: async () => (await import('../../features/wholesale/WholesaleListPage.tsx')).WholesaleListPage,
    },
    {
      path: '/wholesale/new',
      text: 'wholesaleNew',
      permission: 'wholesale.manage',
      under: '/wholesale',
      load: async () => (await import('../../features/wholesale/WholesaleFormPage.tsx')).WholesaleFormPage,
    },
    {
      path: '/wholesale/:wholesaleKeyId',
      text: 'wholesaleKey',
      permission: 'wholesale.read',
      under: '/wholesale',
      load: async () => (await import('../../features/wholesale/WholesaleKeyPage.tsx')).WholesaleKeyPage,
    },
    {
      path: '/wholesale/:wholesaleKeyId/edit',
      text: 'wholesaleEdit',
      permission: 'wholesale.manage',
      under: '/wholesale',
      load: async () => (await import('../../features/wholesale/WholesaleFormPage.tsx')).WholesaleFormPage,
    },
  ],
}
