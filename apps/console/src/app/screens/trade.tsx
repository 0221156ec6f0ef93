import {
  AlertOutlined,
  CustomerServiceOutlined,
  HourglassOutlined,
  OrderedListOutlined,
  ShoppingOutlined,
  ToolOutlined,
} from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** Orders, and what becomes of them. */
export const trade: ScreenGroup = {
  text: 'groupTrade',
  screens: [
    {
      path: '/orders',
      text: 'orders',
      permission: 'orders.read',
      icon: <ShoppingOutlined />,
      load: async () => (await import('../../features/orders/OrderListPage.tsx')).OrderListPage,
    },
    {
      path: '/orders/:no',
      text: 'order',
      permission: 'orders.read',
      under: '/orders',
      load: async () => (await import('../../features/orders/OrderDetailPage.tsx')).OrderDetailPage,
    },
    {
      path: '/exceptions',
      text: 'exceptions',
      permission: 'orders.read',
      icon: <AlertOutlined />,
      load: async () => (await import('../../features/exceptions/ExceptionListPage.tsx')).ExceptionListPage,
    },
    {
      path: '/activations',
      text: 'activations',
      permission: 'orders.read',
      icon: <HourglassOutlined />,
      load: async () => (await import('../../features/activations/ActivationListPage.tsx')).ActivationListPage,
    },
    {
      path: '/complaints',
      text: 'complaints',
      permission: 'orders.read',
      icon: <ToolOutlined />,
      load: async () => (await import('../../features/complaints/ComplaintListPage.tsx')).ComplaintListPage,
    },
    {
      path: '/complaints/rules',
      text: 'complaintRules',
      permission: 'orders.read',
      under: '/complaints',
      load: async () => (await import('../../features/complaints/RulesPage.tsx')).RulesPage,
    },
    {
      path: '/complaints/:complaintId',
      text: 'complaint',
      permission: 'orders.read',
      under: '/complaints',
      load: async () => (await import('../../features/complaints/ComplaintPage.tsx')).ComplaintPage,
    },
    {
      path: '/services',
      text: 'services',
      permission: 'services.work',
      icon: <CustomerServiceOutlined />,
      load: async () => (await import('../../features/services/TaskListPage.tsx')).TaskListPage,
    },
    {
      path: '/services/rules',
      text: 'serviceRules',
      permission: 'services.work',
      under: '/services',
      load: async () => (await import('../../features/services/RulesPage.tsx')).RulesPage,
    },
    {
      path: '/services/:taskId',
      text: 'serviceTask',
      permission: 'services.work',
      under: '/services',
      load: async () => (await import('../../features/services/TaskPage.tsx')).TaskPage,
    },
    {
      path: '/bulk',
      text: 'bulk',
      permission: 'bulk.read',
      icon: <OrderedListOutlined />,
      load: async () => (await import('../../features/bulk/BulkListPage.tsx')).BulkListPage,
    },
    {
      path: '/bulk/new',
      text: 'bulkNew',
      permission: 'bulk.manage',
      under: '/bulk',
      load: async () => (await import('../../features/bulk/BulkNewPage.tsx')).BulkNewPage,
    },
    {
      path: '/bulk/:bulkId',
      text: 'bulkOrder',
      permission: 'bulk.read',
      under: '/bulk',
      load: async () => (await import('../../features/bulk/BulkPage.tsx')).BulkPage,
    },
  ],
}
