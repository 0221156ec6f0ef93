import { DashboardOutlined, RocketOutlined } from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** Where everybody begins. */
export const home: ScreenGroup = {
  screens: [
    {
      path: '/board',
      text: 'board',
      permission: 'board.read',
      icon: <DashboardOutlined />,
      load: async () => (await import('../../features/board/BoardScreen.tsx')).BoardScreen,
    },
    {
      path: '/setup',
      text: 'setup',
      permission: 'board.read',
      icon: <RocketOutlined />,
      load: async () => (await import('../../features/setup/SetupPage.tsx')).SetupPage,
    },
  ],
}
