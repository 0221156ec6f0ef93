import { PERMISSIONS, type RolePermission } from '@quanshu/contract/permissions'

type Area<P> = P extends `${infer A}.${string}` ? A : never
export type PermissionGroup = { readonly area: Area<RolePermission>; readonly permissions: readonly RolePermission[] }

/** Permissions by the part of the console they belong to, in the contract's order. */
export const PERMISSION_GROUPS: readonly PermissionGroup[] = [...new Set(PERMISSIONS.map(areaOf))].map((area) => ({
  area,
  permissions: PERMISSIONS.filter((permission) => areaOf(permission) === area),
}))

function areaOf(permission: RolePermission): Area<RolePermission> {
  return permission.split('.')[0] as Area<RolePermission>
}
