import {
  AuditOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  SettingOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** Staff, jobs, the audit log and settings. */
export const system: ScreenGroup = {
  text: 'groupSystem',
  screens: [
    {
      path: '/staff',
      text: 'staff',
      permission: 'staff.read',
      icon: <TeamOutlined />,
      load: async () => (await import('../../features/staff/StaffListPage.tsx')).StaffListPage,
    },
    {
      path: '/roles',
      text: 'roles',
      permission: 'staff.read',
      icon: <SafetyCertificateOutlined />,
      load: async () => (await import('../../features/roles/RolesPage.tsx')).RolesPage,
    },
    {
      path: '/jobs',
      text: 'jobs',
      permission: 'jobs.read',
      icon: <ScheduleOutlined />,
      load: async () => (await import('../../features/jobs/JobListPage.tsx')).JobListPage,
    },
    {
      path: '/audit',
      text: 'audit',
      permission: 'audit.read',
      icon: <AuditOutlined />,
      load: async () => (await import('../../features/audit/AuditListPage.tsx')).AuditListPage,
    },
    {
      path: '/settings',
      text: 'settings',
      permission: 'settings.read',
      icon: <SettingOutlined />,
      load: async () => (await import('../../features/settings/SettingsPage.tsx')).SettingsPage,
    },
    {
      path: '/messages',
      text: 'messages',
      permission: 'settings.read',
      under: '/settings',
      load: async () => (await import('../../features/messages/MessageListPage.tsx')).MessageListPage,
    },
    {
      path: '/webhooks/:id',
      text: 'deliveries',
      permission: 'settings.read',
      under: '/settings',
      load: async () => (await import('../../features/messages/DeliveryListPage.tsx')).DeliveryListPage,
    },
  ],
}
