import { SETTING_KEYS, type SettingKey, type Settings, settingSchemas } from '@quanshu/contract'

export type StoredSetting = { readonly key: string; readonly value: unknown; readonly version: number }

/**
 * All settings of a shop: what is stored where there is something, else the registry's default. A stored value that no
 * longer fits its schema (the registry got stricter) gives way to the default instead of stopping the shop.
 */
export function settingsFrom(stored: readonly StoredSetting[]): Settings {
  const byKey = new Map(stored.map(({ key, value }) => [key, value]))
  return Object.fromEntries(
    SETTING_KEYS.map((key) => {
      const parsed = settingSchemas[key].safeParse(byKey.get(key))
      return [key, parsed.success ? parsed.data : settingSchemas[key].parse(undefined)]
    }),
  ) as unknown as Settings
}

/** 0 for a setting that was never changed. */
export function versionsFrom(stored: readonly StoredSetting[]): Record<SettingKey, number> {
  const byKey = new Map(stored.map(({ key, version }) => [key, version]))
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, byKey.get(key) ?? 0])) as Record<SettingKey, number>
}

/** Also fits a DNS label, so that it can become a sub-domain. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$/

/** Where visitors find a shop: its own domain, reached as the public address is, or a path below that address. */
export function shopAddressOf(publicUrl: string, slug: string, domain: string | undefined): string {
  if (domain === undefined) return `${publicUrl}/s/${slug}`
  const { protocol, port } = new URL(publicUrl)
  return `${protocol}//${domain.toLowerCase()}${port === '' ? '' : `:${port}`}`
}
