import { commonErrors, errorMessage, supplierErrors } from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import {
  adapterNamed,
  adapterOf,
  openSupplierSecrets,
  REMEMBERED_MS,
  readSupplierRow,
  type SupplierAccounts,
  type SupplierAdapters,
  supplierSecretPlace,
} from '../accounts.ts'
import { newestVersions, type OwnVersion, ownAdapter, ownProfileId } from '../profiles/own.ts'
import type { SupplierAdapter, SupplierField } from '../supplier.ts'
import { SYNC_TASK } from './sync-products.ts'

export type SupplierSettings = {
  readonly name: string
  readonly baseUrl: string
  readonly identity: string
  readonly settings: Readonly<Record<string, string>>
  /** A secret that is missing or empty keeps the stored one. */
  readonly secrets: Readonly<Record<string, string>>
  readonly concurrent: number
  readonly perMinute: number
  readonly balanceAlarmFen: number | null
  readonly contact: string
  readonly note: string
}
type Values = Readonly<Record<string, string>>
type Deps = Pick<Platform, 'db' | 'crypto' | 'config'>

/**
 * Joins a supplier.
 * @returns its id
 * @throws suppliers.adapter_unknown, insecure_address, field_missing, field_choice, field_form, name_taken
 */
export async function createSupplier(
  platform: Deps,
  adapters: SupplierAdapters,
  tx: Tx,
  adapterId: string,
  given: SupplierSettings,
): Promise<number> {
  const { tenantId, locale } = tx.ctx
  const own = await ownVersion(tx, adapterId)
  const kind = own ? ownAdapter(tenantId, own) : adapterNamed(adapters, adapterId)
  const { settings, secrets } = checked(platform, kind, locale, given, {})
  await mustBeFree(tx, given.name, null)
  const { rows } = await sql<{ id: number }>`
    insert into suppliers.suppliers (
      tenant_id, name, adapter, base_url, identity, settings, concurrent, per_minute, balance_alarm_fen, contact, note,
      profile_id, profile_version
    )
    values (
      ${tenantId}, ${given.name}, ${adapterId}, ${given.baseUrl}, ${given.identity}, ${JSON.stringify(settings)}::jsonb,
      ${given.concurrent}, ${given.perMinute}, ${given.balanceAlarmFen}, ${given.contact}, ${given.note},
      ${own?.profileId ?? null}, ${own?.version ?? null}
    )
    returning id
  `.execute(tx.db)
  const id = rows[0]?.id ?? 0
  // Sealed to the row's own id, which is known only now.
  const sealed = await platform.crypto.encrypt(tenantId, supplierSecretPlace(id), JSON.stringify(secrets))
  await sql`
    update suppliers.suppliers
    set secret_sealed = ${sealed}
    where tenant_id = ${tenantId}
      and id = ${id}
  `.execute(tx.db)
  tx.audit({
    action: 'supplier.create',
    objectKind: 'supplier',
    objectId: id,
    detail: { name: given.name, adapter: adapterId, baseUrl: given.baseUrl, identity: given.identity },
  })
  return id
}

/** A profile of the shop's own is joined in its newest version, and kept at that. */
async function ownVersion(tx: Tx, adapterId: string): Promise<OwnVersion | undefined> {
  const profileId = ownProfileId(adapterId)
  return profileId === undefined ? undefined : (await newestVersions(tx, profileId))[0]
}

/**
 * Changes a supplier. Takes effect here at once, in other processes within five seconds.
 * @throws common.not_found, suppliers.insecure_address, field_missing, field_choice, field_form, name_taken
 */
export async function saveSupplier(
  platform: Deps & Pick<Platform, 'clock'>,
  adapters: SupplierAdapters,
  accounts: SupplierAccounts,
  ctx: Ctx,
  id: number,
  given: SupplierSettings,
): Promise<void> {
  const before = await platform.db.read(ctx, (tx) => readSupplierRow(tx, id))
  if (!before) throw commonErrors.notFound()
  const stored = before.secret_sealed ? await openSupplierSecrets(platform, ctx.tenantId, id, before.secret_sealed) : {}
  const kind = adapterOf(adapters, ctx.tenantId, before)
  const { settings, secrets, fresh } = checked(platform, kind, ctx.locale, given, stored)
  const sealed = await platform.crypto.encrypt(ctx.tenantId, supplierSecretPlace(id), JSON.stringify(secrets))
  await platform.db.write(ctx, async (tx) => {
    await mustBeFree(tx, given.name, id)
    await sql`
      update suppliers.suppliers
      set name = ${given.name},
          base_url = ${given.baseUrl},
          identity = ${given.identity},
          settings = ${JSON.stringify(settings)}::jsonb,
          secret_sealed = ${sealed},
          concurrent = ${given.concurrent},
          per_minute = ${given.perMinute},
          balance_alarm_fen = ${given.balanceAlarmFen},
          contact = ${given.contact},
          note = ${given.note},
          updated_at = now()
      where tenant_id = ${ctx.tenantId}
        and id = ${id}
    `.execute(tx.db)
    // By rates and the like it sells other things, or at other prices; asked when every process knows them.
    if (kind.capabilities.products && !isSame(before.settings, settings)) {
      const runAt = new Date(platform.clock.now().getTime() + REMEMBERED_MS + 1_000)
      tx.enqueue(SYNC_TASK, { supplierId: id }, { key: String(id), runAt })
    }
    tx.audit({
      action: 'supplier.save',
      objectKind: 'supplier',
      objectId: id,
      detail: {
        name: [before.name, given.name],
        baseUrl: [before.base_url, given.baseUrl],
        identity: [before.identity, given.identity],
        settings: [before.settings, settings],
        lane: `${given.concurrent} / ${given.perMinute}`,
        secretsChanged: Object.keys(fresh),
      },
    })
  })
  accounts.forget(ctx.tenantId, id)
}

const isSame = (before: Values, after: Values): boolean =>
  [...Object.keys(before), ...Object.keys(after)].every((key) => before[key] === after[key])

function checked(
  { config }: Pick<Platform, 'config'>,
  kind: SupplierAdapter,
  locale: Ctx['locale'],
  given: SupplierSettings,
  stored: Values,
): { readonly settings: Values; readonly secrets: Values; readonly fresh: Values } {
  if (!kind.byHand) {
    if (!isAllowedUrl(given.baseUrl, config.allowInsecureEndpoints)) throw supplierErrors.insecureAddress()
    if (given.identity === '') throw atField(supplierErrors.fieldMissing, 'identity', kind.identityName, locale)
  }
  const settings = pick(kind, false, given.settings)
  const fresh = pick(kind, true, given.secrets)
  const secrets = { ...stored, ...fresh }
  const values: Values = { ...settings, ...secrets }
  for (const { key, name, secret, required, choices, form } of kind.fields) {
    const value = values[key] ?? ''
    const path = `${secret ? 'secrets' : 'settings'}.${key}`
    if (required && value === '') throw atField(supplierErrors.fieldMissing, path, name, locale)
    if (value !== '' && choices && !choices.includes(value)) {
      throw atField(supplierErrors.fieldChoice, path, name, locale, { choices: choices.join(', ') })
    }
    if (value !== '' && form && !form.isMet(value)) {
      throw atField(supplierErrors.fieldForm, path, name, locale, { example: form.example })
    }
  }
  return { settings, secrets, fresh }
}

/** A refusal that names the body's field it is about, so that a form says it there. */
function atField(
  refuse: (params: Readonly<Record<string, unknown>>) => Refusal,
  path: string,
  name: SupplierField['name'],
  locale: Ctx['locale'],
  about: Values = {},
): Refusal {
  const sentence = (field: string, to: Ctx['locale']): string => {
    const { code, params } = refuse({ ...about, field })
    return errorMessage(code, params, to)
  }
  const fields = [{ path, zh: sentence(name.zh, 'zh-CN'), en: sentence(name.en, 'en') }]
  return refuse({ ...about, field: locale === 'en' ? name.en : name.zh, fields })
}

/** Only what the interface asks for is stored, and nothing that is empty. */
function pick(kind: SupplierAdapter, secret: boolean, given: Values): Values {
  return Object.fromEntries(
    kind.fields
      .filter((field) => field.secret === secret)
      .flatMap((field) => {
        const value = given[field.key]?.trim() || (field.choices?.[0] ?? '')
        return value === '' ? [] : [[field.key, value]]
      }),
  )
}

async function mustBeFree(tx: Tx, name: string, exceptId: number | null): Promise<void> {
  const { rows } = await sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}
      and name = ${name}
      and state <> 'archived'
      and id is distinct from ${exceptId}::bigint
    limit 1
  `.execute(tx.db)
  if (rows.length > 0) throw supplierErrors.nameTaken({ name })
}
