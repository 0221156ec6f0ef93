import type { Platform } from '../../platform/module.ts'

/** What the vault's use cases need of the house. */
export type VaultDeps = Pick<Platform, 'db' | 'crypto' | 'hub'>
