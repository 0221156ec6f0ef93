import {
  AppstoreOutlined,
  CarryOutOutlined,
  DashboardOutlined,
  FileExcelOutlined,
  KeyOutlined,
  SafetyCertificateOutlined,
  WalletOutlined,
} from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** What a supplier’s own people see. */
export const workspace: ScreenGroup = {
  text: 'groupWorkspace',
  screens: [
    {
      path: '/workspace/home',
      text: 'workspaceHome',
      permission: 'workspace.supplier',
      icon: <DashboardOutlined />,
      load: async () => (await import('../../features/supplier-workspace/HomePage.tsx')).WorkspaceHomePage,
    },
    {
      path: '/workspace/tasks',
      text: 'workspaceTasks',
      permission: 'workspace.supplier',
      icon: <CarryOutOutlined />,
      load: async () => (await import('../../features/supplier-workspace/TaskListPage.tsx')).WorkspaceTaskListPage,
    },
    {
      path: '/workspace/tasks/:workTaskId',
      text: 'workspaceTask',
      permission: 'workspace.supplier',
      under: '/workspace/tasks',
      load: async () => (await import('../../features/supplier-workspace/TaskPage.tsx')).WorkspaceTaskPage,
    },
    {
      path: '/workspace/products',
      text: 'workspaceProducts',
      permission: 'workspace.supplier',
      icon: <AppstoreOutlined />,
      load: async () =>
        (await import('../../features/supplier-workspace/ProductListPage.tsx')).WorkspaceProductListPage,
    },
    {
      path: '/workspace/files',
      text: 'workspaceFiles',
      permission: 'workspace.supplier',
      icon: <FileExcelOutlined />,
      load: async () => (await import('../../features/supplier-workspace/FilesPage.tsx')).WorkspaceFilesPage,
    },
    {
      path: '/workspace/codes',
      text: 'workspaceCodes',
      permission: 'workspace.supplier',
      icon: <KeyOutlined />,
      load: async () => (await import('../../features/supplier-workspace/inbox/OfferCodesPage.tsx')).OfferCodesPage,
    },
    {
      path: '/workspace/papers',
      text: 'workspacePapers',
      permission: 'workspace.supplier',
      icon: <SafetyCertificateOutlined />,
      load: async () => (await import('../../features/supplier-workspace/papers/OwnPapersPage.tsx')).OwnPapersPage,
    },
    {
      path: '/workspace/settlement',
      text: 'workspaceSettlement',
      permission: 'workspace.supplier',
      icon: <WalletOutlined />,
      load: async () => (await import('../../features/supplier-workspace/SettlementPage.tsx')).WorkspaceSettlementPage,
    },
  ],
}
