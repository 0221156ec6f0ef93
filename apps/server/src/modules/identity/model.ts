import { randomInt } from 'node:crypto'
import { BUILT_IN_ROLES, type NODE_KINDS, PERMISSIONS, type Permission, type RolePermission } from '@quanshu/contract'

export type BuiltInRole = keyof typeof BUILT_IN_ROLES

/** What the built-in roles are called in a new shop. */
export const BUILT_IN_ROLE_NAMES: Readonly<Record<BuiltInRole, { readonly 'zh-CN': string; readonly en: string }>> = {
  owner: { 'zh-CN': '店主', en: 'Owner' },
  operator: { 'zh-CN': '运营', en: 'Operator' },
  support: { 'zh-CN': '客服', en: 'Support' },
  finance: { 'zh-CN': '财务', en: 'Finance' },
}

export const ROLES_MAX = 50

export type NodeKind = (typeof NODE_KINDS)[number]

export type RoleRights = { readonly builtIn: BuiltInRole | null; readonly permissions: readonly string[] }

/** The union of the roles' permissions. Built-in roles have what the program says, not what the row says. */
export function permissionsOf(roles: readonly RoleRights[]): ReadonlySet<RolePermission> {
  const held = new Set<string>(
    roles.flatMap(({ builtIn, permissions }) => (builtIn ? BUILT_IN_ROLES[builtIn] : permissions)),
  )
  // In the catalogue's order; what a later version no longer knows is left out.
  return new Set(PERMISSIONS.filter((permission) => held.has(permission)))
}

/**
 * What somebody may do, by where they stand in the tree: roles count at the shop itself; whoever belongs to a supplier has its
 * workspace and nothing else, whatever roles they were given.
 */
export function permissionsAt(nodeKind: NodeKind, roles: readonly RoleRights[]): ReadonlySet<Permission> {
  if (nodeKind === 'merchant') return permissionsOf(roles)
  return new Set<Permission>(nodeKind === 'supplier' ? ['workspace.supplier'] : [])
}

export function isWithin(wanted: Iterable<Permission>, own: ReadonlySet<Permission>): boolean {
  for (const permission of wanted) if (!own.has(permission)) return false
  return true
}

/** No letters that look like digits. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789'

function readable(length: number): string {
  return Array.from({ length }, () => READABLE[randomInt(READABLE.length)]).join('')
}

/** 16 characters in groups of four, 79 bits: read out over the phone without mistakes. */
export function newInitialPassword(): string {
  return [readable(4), readable(4), readable(4), readable(4)].join('-')
}

export const RECOVERY_CODES = 10

/** 10 characters, 49 bits each; found by keyed hash, so a dump of the table is of no use for guessing. */
export function newRecoveryCode(): string {
  return `${readable(5)}-${readable(5)}`
}

/** As typed by a person: case, spaces and the hyphen do not matter. */
export function recoveryCodeKey(typed: string): string {
  return typed.toLowerCase().replace(/[\s-]/g, '')
}

/** The commonest of ten characters and more in public leaks. */
const COMMON = new Set([
  '1234567890',
  '0123456789',
  '0987654321',
  '12345678910',
  '123456789a',
  'a123456789',
  'abc1234567',
  'abcd123456',
  'abcdefghij',
  'qwertyuiop',
  '1q2w3e4r5t',
  'q1w2e3r4t5',
  '1qaz2wsx3edc',
  'qazwsxedcr',
  'asdfghjkl1',
  'zxcvbnm123',
  'password12',
  'password123',
  'password1234',
  'passw0rd123',
  'iloveyou12',
  'iloveyou123',
  'woaini1314',
  'woaini5201314',
  '5201314520',
  '1314520520',
  'admin12345',
  'admin123456',
  'administrator',
  'welcome123',
  'letmein123',
  'qwer123456',
  'qwerty1234',
  'qwerty12345',
  'aa12345678',
  'a1234567890',
  'asd123456789',
])

/** Too common, of one or two characters only, or made of the person's own email. Length is the contract's rule. */
export function isWeakPassword(password: string, email: string): boolean {
  const lower = password.toLowerCase()
  const [mailbox = ''] = email.split('@')
  return COMMON.has(lower) || new Set(lower).size < 4 || (mailbox.length >= 4 && lower.includes(mailbox))
}

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S

/** `idle`: over after so long without a request; `absolute`: over in any case. */
export const SESSION_SECONDS = {
  staff: { idle: 12 * HOUR_S, absolute: 7 * DAY_S },
  member: { idle: 30 * DAY_S, absolute: 180 * DAY_S },
} as const

/** Live sessions of one person; the oldest gives way. */
export const SESSIONS_MAX = 20
export const USER_AGENT_MAX = 300

export const TICKET_SECONDS = 300
export const TICKET_TRIES_MAX = 5

export const COOKIES = { staff: 'qs_staff', member: 'qs_member' } as const
/** The same by the area whose routes they open. */
export const SESSION_COOKIES = { console: COOKIES.staff, mall: COOKIES.member } as const
