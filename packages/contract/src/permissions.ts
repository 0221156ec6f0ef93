/** What a role may do. The console hides or explains what a person may not use; the server refuses it. */
export const PERMISSIONS = [
  'board.read',
  'goods.read',
  'goods.write',
  'stock.read',
  'cards.import',
  'cards.reveal',
  'cards.manage',
  'orders.read',
  'orders.handle',
  'orders.refund',
  'members.read',
  'members.manage',
  'finance.read',
  'finance.adjust',
  'finance.reconcile',
  'staff.read',
  'staff.manage',
  'audit.read',
  'books.audit',
  'jobs.read',
  'jobs.manage',
  'settings.read',
  'settings.manage',
] as const

export type Permission = (typeof PERMISSIONS)[number]

/** Roles every tenant starts with; a tenant may add its own. `owner` always has everything. */
export const BUILT_IN_ROLES = {
  owner: PERMISSIONS,
  operator: [
    'board.read',
    'goods.read',
    'goods.write',
    'stock.read',
    'cards.import',
    'cards.manage',
    'orders.read',
    'orders.handle',
    'members.read',
    'jobs.read',
  ],
  support: ['board.read', 'goods.read', 'stock.read', 'orders.read', 'orders.handle', 'cards.reveal', 'members.read'],
  finance: [
    'board.read',
    'goods.read',
    'stock.read',
    'orders.read',
    'orders.refund',
    'members.read',
    'finance.read',
    'finance.adjust',
    'finance.reconcile',
    'audit.read',
    'books.audit',
  ],
} as const satisfies Record<string, readonly Permission[]>
