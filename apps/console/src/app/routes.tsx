import {
  AlertOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BankOutlined,
  BarcodeOutlined,
  CloudUploadOutlined,
  CustomerServiceOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  DiffOutlined,
  FileDoneOutlined,
  FileSearchOutlined,
  KeyOutlined,
  LineChartOutlined,
  MoneyCollectOutlined,
  NotificationOutlined,
  ProfileOutlined,
  RocketOutlined,
  RollbackOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  SettingOutlined,
  ShoppingCartOutlined,
  ShoppingOutlined,
  SwapOutlined,
  TagsOutlined,
  TeamOutlined,
  TransactionOutlined,
  UserOutlined,
  WalletOutlined,
} from '@ant-design/icons'
import type { Permission } from '@quanshu/contract'
import type { ComponentType, ReactNode } from 'react'
import type { AppTextKey } from './text.ts'

/** Every screen of the console, in the order of the menu. A screen without `icon` is reached from another one. */
export type Screen = {
  readonly path: string
  readonly text: AppTextKey
  readonly permission?: Permission
  readonly icon?: ReactNode
  /** The list in whose place of the menu a detail or form stands. */
  readonly under?: string
  readonly load: () => Promise<ComponentType>
}
export type ScreenGroup = { readonly text?: AppTextKey; readonly screens: readonly Screen[] }

export const SCREENS: readonly ScreenGroup[] = [
  {
    screens: [
      {
        path: '/board',
        text: 'board',
        permission: 'board.read',
        icon: <DashboardOutlined />,
        load: async () => (await import('../features/board/BoardScreen.tsx')).BoardScreen,
      },
      {
        path: '/setup',
        text: 'setup',
        permission: 'board.read',
        icon: <RocketOutlined />,
        load: async () => (await import('../features/setup/SetupPage.tsx')).SetupPage,
      },
    ],
  },
  {
    text: 'groupTrade',
    screens: [
      {
        path: '/orders',
        text: 'orders',
        permission: 'orders.read',
        icon: <ShoppingOutlined />,
        load: async () => (await import('../features/orders/OrderListPage.tsx')).OrderListPage,
      },
      {
        path: '/orders/:no',
        text: 'order',
        permission: 'orders.read',
        under: '/orders',
        load: async () => (await import('../features/orders/OrderDetailPage.tsx')).OrderDetailPage,
      },
      {
        path: '/exceptions',
        text: 'exceptions',
        permission: 'orders.read',
        icon: <AlertOutlined />,
        load: async () => (await import('../features/exceptions/ExceptionListPage.tsx')).ExceptionListPage,
      },
      {
        path: '/services',
        text: 'services',
        permission: 'services.work',
        icon: <CustomerServiceOutlined />,
        load: async () => (await import('../features/services/TaskListPage.tsx')).TaskListPage,
      },
      {
        path: '/services/rules',
        text: 'serviceRules',
        permission: 'services.work',
        under: '/services',
        load: async () => (await import('../features/services/RulesPage.tsx')).RulesPage,
      },
      {
        path: '/services/:taskId',
        text: 'serviceTask',
        permission: 'services.work',
        under: '/services',
        load: async () => (await import('../features/services/TaskPage.tsx')).TaskPage,
      },
    ],
  },
  {
    text: 'groupGoods',
    screens: [
      {
        path: '/goods',
        text: 'goods',
        permission: 'goods.read',
        icon: <AppstoreOutlined />,
        load: async () => (await import('../features/goods/GoodsListPage.tsx')).GoodsListPage,
      },
      {
        path: '/goods/new',
        text: 'goodsNew',
        permission: 'goods.write',
        under: '/goods',
        load: async () => (await import('../features/goods/GoodsEditorPage.tsx')).GoodsEditorPage,
      },
      {
        path: '/goods/:id',
        text: 'goodsEdit',
        permission: 'goods.read',
        under: '/goods',
        load: async () => (await import('../features/goods/GoodsEditorPage.tsx')).GoodsEditorPage,
      },
      {
        path: '/categories',
        text: 'categories',
        permission: 'goods.read',
        icon: <TagsOutlined />,
        load: async () => (await import('../features/categories/CategoriesPage.tsx')).CategoriesPage,
      },
    ],
  },
  {
    text: 'groupVault',
    screens: [
      {
        path: '/stock',
        text: 'stock',
        permission: 'stock.read',
        icon: <DatabaseOutlined />,
        load: async () => (await import('../features/stock/StockListPage.tsx')).StockListPage,
      },
      {
        path: '/imports/new',
        text: 'imports',
        permission: 'cards.import',
        icon: <CloudUploadOutlined />,
        load: async () => (await import('../features/imports/ImportPage.tsx')).ImportPage,
      },
      {
        path: '/generations/new',
        text: 'generations',
        permission: 'cards.generate',
        icon: <BarcodeOutlined />,
        load: async () => (await import('../features/generations/GeneratePage.tsx')).GeneratePage,
      },
      {
        path: '/batches',
        text: 'batches',
        permission: 'stock.read',
        icon: <ProfileOutlined />,
        load: async () => (await import('../features/batches/BatchListPage.tsx')).BatchListPage,
      },
      {
        path: '/batches/:batchId',
        text: 'batch',
        permission: 'stock.read',
        under: '/batches',
        load: async () => (await import('../features/batches/BatchDetailPage.tsx')).BatchDetailPage,
      },
      {
        path: '/batches/:batchId/recall',
        text: 'recall',
        permission: 'orders.read',
        under: '/batches',
        load: async () => (await import('../features/recalls/RecallPage.tsx')).RecallPage,
      },
      {
        path: '/cards',
        text: 'cards',
        permission: 'stock.read',
        icon: <KeyOutlined />,
        load: async () => (await import('../features/cards/CardListPage.tsx')).CardListPage,
      },
    ],
  },
  {
    text: 'groupSupply',
    screens: [
      {
        path: '/suppliers',
        text: 'suppliers',
        permission: 'suppliers.read',
        icon: <ApiOutlined />,
        load: async () => (await import('../features/supply/SupplierListPage.tsx')).SupplierListPage,
      },
      {
        path: '/suppliers/new',
        text: 'supplierNew',
        permission: 'suppliers.manage',
        under: '/suppliers',
        load: async () => (await import('../features/supply/SupplierFormPage.tsx')).SupplierFormPage,
      },
      {
        path: '/suppliers/:id',
        text: 'supplier',
        permission: 'suppliers.read',
        under: '/suppliers',
        load: async () => (await import('../features/supply/SupplierPage.tsx')).SupplierPage,
      },
      {
        path: '/suppliers/:id/edit',
        text: 'supplierEdit',
        permission: 'suppliers.manage',
        under: '/suppliers',
        load: async () => (await import('../features/supply/SupplierFormPage.tsx')).SupplierFormPage,
      },
      {
        path: '/supplier-products',
        text: 'supplierProducts',
        permission: 'suppliers.read',
        icon: <DiffOutlined />,
        load: async () => (await import('../features/supply/ProductListPage.tsx')).ProductListPage,
      },
      {
        path: '/skus/:skuId/supply',
        text: 'skuSupply',
        permission: 'suppliers.read',
        under: '/supplier-products',
        load: async () => (await import('../features/supply/SourcesPage.tsx')).SourcesPage,
      },
      {
        path: '/purchases',
        text: 'purchases',
        permission: 'suppliers.read',
        icon: <ShoppingCartOutlined />,
        load: async () => (await import('../features/supply/PurchaseListPage.tsx')).PurchaseListPage,
      },
    ],
  },
  {
    text: 'groupPeople',
    screens: [
      {
        path: '/members',
        text: 'members',
        permission: 'members.read',
        icon: <UserOutlined />,
        load: async () => (await import('../features/members/MemberListPage.tsx')).MemberListPage,
      },
      {
        path: '/members/:id',
        text: 'member',
        permission: 'members.read',
        under: '/members',
        load: async () => (await import('../features/members/MemberDetailPage.tsx')).MemberDetailPage,
      },
    ],
  },
  {
    text: 'groupMoney',
    screens: [
      {
        path: '/reports',
        text: 'reports',
        permission: 'reports.read',
        icon: <LineChartOutlined />,
        load: async () => (await import('../features/reports/ReportPage.tsx')).ReportPage,
      },
      {
        path: '/balance-sheet',
        text: 'balanceSheet',
        permission: 'finance.read',
        icon: <BankOutlined />,
        load: async () => (await import('../features/reports/BalanceSheetPage.tsx')).BalanceSheetPage,
      },
      {
        path: '/statements/gateways',
        text: 'gatewayStatements',
        permission: 'finance.read',
        icon: <SwapOutlined />,
        load: async () => (await import('../features/reports/GatewaysPage.tsx')).GatewaysPage,
      },
      {
        path: '/statements/gateways/:gateway',
        text: 'gatewayStatement',
        permission: 'finance.read',
        under: '/statements/gateways',
        load: async () => (await import('../features/reports/GatewayDaysPage.tsx')).GatewayDaysPage,
      },
      {
        path: '/statements/members/:id',
        text: 'memberStatement',
        permission: 'finance.read',
        under: '/members',
        load: async () => (await import('../features/reports/MemberStatementPage.tsx')).MemberStatementPage,
      },
      {
        path: '/ledger',
        text: 'ledger',
        permission: 'finance.read',
        icon: <WalletOutlined />,
        load: async () => (await import('../features/finance/LedgerPage.tsx')).LedgerPage,
      },
      {
        path: '/ledger/:accountId',
        text: 'account',
        permission: 'finance.read',
        under: '/ledger',
        load: async () => (await import('../features/finance/AccountPage.tsx')).AccountPage,
      },
      {
        path: '/reconciliation',
        text: 'reconciliation',
        permission: 'finance.read',
        icon: <FileSearchOutlined />,
        load: async () => (await import('../features/reconciliation/CalendarPage.tsx')).CalendarPage,
      },
      {
        path: '/reconciliation/cases',
        text: 'reconciliationCases',
        permission: 'finance.read',
        under: '/reconciliation',
        load: async () => (await import('../features/reconciliation/CaseListPage.tsx')).CaseListPage,
      },
      {
        path: '/reconciliation/cases/:id',
        text: 'reconciliationCase',
        permission: 'finance.read',
        under: '/reconciliation',
        load: async () => (await import('../features/reconciliation/CasePage.tsx')).CasePage,
      },
      {
        path: '/reconciliation/:gateway/:day',
        text: 'reconciliationDay',
        permission: 'finance.read',
        under: '/reconciliation',
        load: async () => (await import('../features/reconciliation/DayPage.tsx')).DayPage,
      },
      {
        path: '/reconciliation/:gateway/:day/lines',
        text: 'reconciliationLines',
        permission: 'finance.read',
        under: '/reconciliation',
        load: async () => (await import('../features/reconciliation/LinesPage.tsx')).LinesPage,
      },
      {
        path: '/books',
        text: 'books',
        permission: 'books.audit',
        icon: <FileDoneOutlined />,
        load: async () => (await import('../features/books/BooksPage.tsx')).BooksPage,
      },
      {
        path: '/books/runs',
        text: 'booksRuns',
        permission: 'books.audit',
        under: '/books',
        load: async () => (await import('../features/books/RunListPage.tsx')).RunListPage,
      },
      {
        path: '/books/runs/:runId',
        text: 'booksRun',
        permission: 'books.audit',
        under: '/books',
        load: async () => (await import('../features/books/RunPage.tsx')).RunPage,
      },
      {
        path: '/notices',
        text: 'notices',
        permission: 'finance.read',
        icon: <NotificationOutlined />,
        load: async () => (await import('../features/finance/NoticeListPage.tsx')).NoticeListPage,
      },
      {
        path: '/receipts',
        text: 'receipts',
        permission: 'finance.read',
        icon: <MoneyCollectOutlined />,
        load: async () => (await import('../features/finance/ReceiptListPage.tsx')).ReceiptListPage,
      },
      {
        path: '/refunds',
        text: 'refunds',
        permission: 'finance.read',
        icon: <TransactionOutlined />,
        load: async () => (await import('../features/finance/RefundListPage.tsx')).RefundListPage,
      },
      {
        path: '/chargebacks',
        text: 'chargebacks',
        permission: 'finance.read',
        icon: <RollbackOutlined />,
        load: async () => (await import('../features/finance/ChargebackListPage.tsx')).ChargebackListPage,
      },
    ],
  },
  {
    text: 'groupSystem',
    screens: [
      {
        path: '/staff',
        text: 'staff',
        permission: 'staff.read',
        icon: <TeamOutlined />,
        load: async () => (await import('../features/staff/StaffListPage.tsx')).StaffListPage,
      },
      {
        path: '/roles',
        text: 'roles',
        permission: 'staff.read',
        icon: <SafetyCertificateOutlined />,
        load: async () => (await import('../features/roles/RolesPage.tsx')).RolesPage,
      },
      {
        path: '/jobs',
        text: 'jobs',
        permission: 'jobs.read',
        icon: <ScheduleOutlined />,
        load: async () => (await import('../features/jobs/JobListPage.tsx')).JobListPage,
      },
      {
        path: '/audit',
        text: 'audit',
        permission: 'audit.read',
        icon: <AuditOutlined />,
        load: async () => (await import('../features/audit/AuditListPage.tsx')).AuditListPage,
      },
      {
        path: '/settings',
        text: 'settings',
        permission: 'settings.read',
        icon: <SettingOutlined />,
        load: async () => (await import('../features/settings/SettingsPage.tsx')).SettingsPage,
      },
      {
        path: '/messages',
        text: 'messages',
        permission: 'settings.read',
        under: '/settings',
        load: async () => (await import('../features/messages/MessageListPage.tsx')).MessageListPage,
      },
      {
        path: '/webhooks/:id',
        text: 'deliveries',
        permission: 'settings.read',
        under: '/settings',
        load: async () => (await import('../features/messages/DeliveryListPage.tsx')).DeliveryListPage,
      },
    ],
  },
  {
    screens: [
      {
        path: '/inbox',
        text: 'inbox',
        load: async () => (await import('../features/inbox/InboxPage.tsx')).InboxPage,
      },
      {
        path: '/me',
        text: 'me',
        load: async () => (await import('../features/account/MyAccountPage.tsx')).MyAccountPage,
      },
    ],
  },
]

export const ALL_SCREENS: readonly Screen[] = SCREENS.flatMap((group) => group.screens)
