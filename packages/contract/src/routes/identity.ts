import { z } from 'zod'
import { PERMISSIONS, WORKSPACE_PERMISSIONS } from '../permissions.ts'
import { route } from '../route.ts'
import { email, id, idOnly, idParam, instant, ok, pageOf, pageQuery, reason, requiredText, sortBy } from '../schemas.ts'

export const PASSWORD_LENGTH_MIN = 10
export const PASSWORD_LENGTH_MAX = 128
/** A password as typed to prove oneself: anything goes, the stored hash decides. */
const anyPassword = z.string().min(1).max(PASSWORD_LENGTH_MAX)
/** A password being chosen. The server refuses well-known ones on top (`identity.weak_password`). */
export const newPassword = z.string().min(PASSWORD_LENGTH_MIN).max(PASSWORD_LENGTH_MAX)
/** Six digits of the authenticator, or a recovery code such as `K7QF2-9XWTM`. */
const secondFactor = z.string().trim().min(6).max(20)
const permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length)

export const BUILT_IN_ROLE_CODES = ['owner', 'operator', 'support', 'finance'] as const
export const NODE_KINDS = ['merchant', 'agent', 'enterprise', 'department', 'brand', 'supplier'] as const
export const STAFF_STATUSES = ['active', 'disabled'] as const

export const roleView = z.object({
  id,
  name: z.string(),
  /** Set for the roles every tenant starts with; their permissions cannot be edited. */
  builtIn: z.enum(BUILT_IN_ROLE_CODES).nullable(),
  permissions,
  staffCount: z.int(),
  version: z.int(),
})
const roleRef = roleView.pick({ id: true, name: true, builtIn: true })

export const staffView = z.object({
  id,
  email: z.string(),
  name: z.string(),
  status: z.enum(STAFF_STATUSES),
  roles: z.array(roleRef),
  twoFactor: z.boolean(),
  mustChangePassword: z.boolean(),
  lastSeenAt: instant.nullable(),
  createdAt: instant,
  version: z.int(),
})

/** The person at the keyboard. `permissions` decides what the console shows; the server checks them again anyway. */
export const meView = z.object({
  id,
  email: z.string(),
  name: z.string(),
  locale: z.enum(['zh-CN', 'en']),
  roles: z.array(roleRef),
  permissions: z.array(z.enum([...PERMISSIONS, ...WORKSPACE_PERMISSIONS])),
  twoFactor: z.boolean(),
  recoveryCodesLeft: z.int(),
  /** While true, `permissions` is empty: only the own profile and the change of password answer. */
  mustChangePassword: z.boolean(),
  /** Where the person stands: at the shop itself, or at somebody who works with it. */
  node: z.object({ id, name: z.string(), kind: z.enum(NODE_KINDS) }),
  tenant: z.object({ slug: z.string(), name: z.string() }),
})

export const sessionView = z.object({
  id,
  staff: z.object({ id, name: z.string(), email: z.string() }),
  current: z.boolean(),
  ip: z.string().nullable(),
  /** As the browser named itself, at most 300 characters. */
  userAgent: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
})

const signedIn = z.object({ state: z.literal('signedIn'), me: meView })
const staffParams = z.object({ id: idParam })
const onceShownPassword = z.object({
  id,
  /** Shown this once; only its Argon2id hash is stored. The person must change it at the first sign-in. */
  initialPassword: z.string(),
})
const staffFilter = pageQuery.extend({
  sort: sortBy('name', 'email', 'createdAt', 'lastSeenAt'),
  status: z.enum(STAFF_STATUSES).optional(),
  roleId: idParam.optional(),
})
/** Ten tries a minute and address, before any password is hashed. */
const signInRate = { max: 10, windowMs: 60_000 } as const

export const identityRoutes = {
  signIn: route({
    id: 'identity.signIn',
    method: 'POST',
    path: '/api/console/auth/sign-in',
    summary: 'Sign in with email and password; sets the cookie qs_staff, or asks for the second factor',
    access: { kind: 'public' },
    body: z.object({ email, password: anyPassword }),
    response: z.discriminatedUnion('state', [
      signedIn,
      /** `ticket` lives five minutes and five tries; it is worth nothing but for `identity.secondFactor`. */
      z.object({ state: z.literal('secondFactor'), ticket: z.string() }),
    ]),
    rateLimit: signInRate,
  }),
  secondFactor: route({
    id: 'identity.secondFactor',
    method: 'POST',
    path: '/api/console/auth/second-factor',
    summary: 'Finish signing in with an authenticator code or a recovery code',
    access: { kind: 'public' },
    body: z.object({ ticket: z.string().min(20).max(100), code: secondFactor }),
    response: signedIn,
    rateLimit: signInRate,
  }),
  signOut: route({
    id: 'identity.signOut',
    method: 'POST',
    path: '/api/console/auth/sign-out',
    summary: 'End the current session',
    access: { kind: 'staff' },
    response: ok,
  }),

  getMe: route({
    id: 'identity.getMe',
    method: 'GET',
    path: '/api/console/me',
    summary: 'The signed-in person with permissions',
    access: { kind: 'staff' },
    response: meView,
  }),
  saveMe: route({
    id: 'identity.saveMe',
    method: 'PUT',
    path: '/api/console/me',
    summary: 'Change own name and language',
    access: { kind: 'staff' },
    body: z.object({ name: requiredText(40), locale: z.enum(['zh-CN', 'en']) }),
    response: meView,
  }),
  changePassword: route({
    id: 'identity.changePassword',
    method: 'POST',
    path: '/api/console/me/password',
    summary: 'Change own password; every other session ends and this one gets a new token',
    access: { kind: 'staff' },
    body: z.object({ current: anyPassword, next: newPassword }),
    response: meView,
    rateLimit: signInRate,
  }),
  enrolTotp: route({
    id: 'identity.enrolTotp',
    method: 'POST',
    path: '/api/console/me/totp',
    summary: 'Begin two-factor: a secret to put into an authenticator; not in force before it is confirmed',
    access: { kind: 'staff' },
    body: z.object({ password: anyPassword }),
    response: z.object({ secret: z.string(), otpauthUrl: z.string() }),
    rateLimit: signInRate,
  }),
  confirmTotp: route({
    id: 'identity.confirmTotp',
    method: 'POST',
    path: '/api/console/me/totp/confirm',
    summary: 'Put two-factor in force with a first code; answers the recovery codes, shown this once',
    access: { kind: 'staff' },
    body: z.object({ code: secondFactor }),
    response: z.object({ recoveryCodes: z.array(z.string()) }),
    rateLimit: signInRate,
  }),
  renewRecoveryCodes: route({
    id: 'identity.renewRecoveryCodes',
    method: 'POST',
    path: '/api/console/me/recovery-codes',
    summary: 'New recovery codes; the old ones stop working',
    access: { kind: 'staff' },
    body: z.object({ password: anyPassword }),
    response: z.object({ recoveryCodes: z.array(z.string()) }),
    rateLimit: signInRate,
  }),
  disableTotp: route({
    id: 'identity.disableTotp',
    method: 'POST',
    path: '/api/console/me/totp/disable',
    summary: 'Take two-factor off, with password and code',
    access: { kind: 'staff' },
    body: z.object({ password: anyPassword, code: secondFactor }),
    response: ok,
    rateLimit: signInRate,
  }),

  listMySessions: route({
    id: 'identity.listMySessions',
    method: 'GET',
    path: '/api/console/me/sessions',
    summary: 'Where I am signed in',
    access: { kind: 'staff' },
    query: pageQuery,
    response: pageOf(sessionView),
  }),
  endMySession: route({
    id: 'identity.endMySession',
    method: 'DELETE',
    path: '/api/console/me/sessions/:id',
    summary: 'End one of my sessions',
    access: { kind: 'staff' },
    params: staffParams,
    response: ok,
  }),
  endMyOtherSessions: route({
    id: 'identity.endMyOtherSessions',
    method: 'POST',
    path: '/api/console/me/sessions/end-others',
    summary: 'End all my sessions but this one',
    access: { kind: 'staff' },
    response: z.object({ ended: z.int() }),
  }),
  listSessions: route({
    id: 'identity.listSessions',
    method: 'GET',
    path: '/api/console/sessions',
    summary: "All employees' live sessions",
    access: { kind: 'staff', permission: 'staff.manage' },
    query: pageQuery.extend({ staffId: idParam.optional() }),
    response: pageOf(sessionView),
  }),
  endSession: route({
    id: 'identity.endSession',
    method: 'DELETE',
    path: '/api/console/sessions/:id',
    summary: "End an employee's session",
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    response: ok,
  }),

  listStaff: route({
    id: 'identity.listStaff',
    method: 'GET',
    path: '/api/console/staff',
    summary: 'Employees; q finds in name and email; sort by name, email, createdAt, lastSeenAt',
    access: { kind: 'staff', permission: 'staff.read' },
    query: staffFilter,
    response: pageOf(staffView),
  }),
  exportStaff: route({
    id: 'identity.exportStaff',
    method: 'GET',
    path: '/api/console/staff/export',
    summary: 'Employees as xlsx, same filters as the list',
    access: { kind: 'staff', permission: 'staff.read' },
    query: staffFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  getStaff: route({
    id: 'identity.getStaff',
    method: 'GET',
    path: '/api/console/staff/:id',
    summary: 'One employee',
    access: { kind: 'staff', permission: 'staff.read' },
    params: staffParams,
    response: staffView,
  }),
  createStaff: route({
    id: 'identity.createStaff',
    method: 'POST',
    path: '/api/console/staff',
    summary: 'Add an employee; answers the initial password, shown this once',
    access: { kind: 'staff', permission: 'staff.manage' },
    body: z.object({ email, name: requiredText(40), roleIds: z.array(id).min(1).max(20) }),
    response: onceShownPassword,
  }),
  updateStaff: route({
    id: 'identity.updateStaff',
    method: 'PUT',
    path: '/api/console/staff/:id',
    summary: 'Change name and roles; refused with common.conflict when changed meanwhile',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    body: z.object({ name: requiredText(40), roleIds: z.array(id).min(1).max(20), version: z.int() }),
    response: staffView,
  }),
  disableStaff: route({
    id: 'identity.disableStaff',
    method: 'POST',
    path: '/api/console/staff/:id/disable',
    summary: 'Close an account; all its sessions end at once',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    body: z.object({ reason }),
    response: staffView,
  }),
  enableStaff: route({
    id: 'identity.enableStaff',
    method: 'POST',
    path: '/api/console/staff/:id/enable',
    summary: 'Open a closed account again',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    response: staffView,
  }),
  resetPassword: route({
    id: 'identity.resetPassword',
    method: 'POST',
    path: '/api/console/staff/:id/reset-password',
    summary: 'Give an employee a new initial password, shown this once; all sessions end and the lock is taken off',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    body: z.object({ reason }),
    response: onceShownPassword,
  }),
  resetTwoFactor: route({
    id: 'identity.resetTwoFactor',
    method: 'POST',
    path: '/api/console/staff/:id/reset-two-factor',
    summary: "Take two-factor off an employee's account (lost phone); all sessions end",
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    body: z.object({ reason }),
    response: staffView,
  }),

  listRoles: route({
    id: 'identity.listRoles',
    method: 'GET',
    path: '/api/console/roles',
    summary: 'All roles; a tenant has at most 50',
    access: { kind: 'staff', permission: 'staff.read' },
    response: z.object({ items: z.array(roleView) }),
  }),
  createRole: route({
    id: 'identity.createRole',
    method: 'POST',
    path: '/api/console/roles',
    summary: 'A role of our own; nobody grants what he has not',
    access: { kind: 'staff', permission: 'staff.manage' },
    body: z.object({ name: requiredText(40), permissions }),
    response: idOnly,
  }),
  updateRole: route({
    id: 'identity.updateRole',
    method: 'PUT',
    path: '/api/console/roles/:id',
    summary: 'Change a role of our own',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    body: z.object({ name: requiredText(40), permissions, version: z.int() }),
    response: ok,
  }),
  deleteRole: route({
    id: 'identity.deleteRole',
    method: 'DELETE',
    path: '/api/console/roles/:id',
    summary: 'Remove a role of our own that nobody has',
    access: { kind: 'staff', permission: 'staff.manage' },
    params: staffParams,
    response: ok,
  }),
} as const
