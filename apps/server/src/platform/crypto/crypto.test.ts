import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { commonErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { codeOf, testPlatform } from '../../../test/harness/index.ts'
import { silentLog } from '../log/index.ts'
import { createGate } from './gate.ts'
import { createCrypto, openCrypto, openFileKeyManager, reencryptColumn } from './index.ts'
import { hashPassword } from './password.ts'

const house = await testPlatform()
const folder = await mkdtemp(join(tmpdir(), 'quanshu-crypto-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const where = { table: 'test.secrets', column: 'sealed', row: 7 }

/** Another process: the same database and key file, its own memory. */
const otherProcess = () => openCrypto({ db: house.db, keyFile: house.config.masterKeyFile, log: silentLog })

async function newTenant(): Promise<TenantId> {
  return (await house.newTenant()).tenantId
}

describe('sealing', () => {
  it('what was sealed opens again, in any script and length', async () => {
    const tenantId = await newTenant()
    for (const plain of ['', 'A', 'account\u001fpassword', '卡密一二三', '🎁'.repeat(1_000)]) {
      const sealed = await house.crypto.encrypt(tenantId, where, plain)
      expect(await house.crypto.decrypt(tenantId, where, sealed)).toBe(plain)
      if (plain.length > 3) expect(sealed.includes(Buffer.from(plain))).toBe(false)
    }
  })

  it('the same value never looks the same twice', async () => {
    const tenantId = await newTenant()
    const sealer = await house.crypto.sealer(tenantId)
    const seen = new Set(
      Array.from({ length: 5_000 }, () => sealer.seal(where, 'same').subarray(5, 17).toString('hex')),
    )
    expect(seen.size).toBe(5_000)
  })

  it('one changed byte anywhere makes it unreadable', async () => {
    const tenantId = await newTenant()
    const sealed = await house.crypto.encrypt(tenantId, where, 'secret')
    for (let at = 0; at < sealed.length; at += 1) {
      const tampered = Buffer.from(sealed)
      tampered.writeUInt8(tampered.readUInt8(at) ^ 1, at)
      expect(await codeOf(house.crypto.decrypt(tenantId, where, tampered))).toBe('crypto.unreadable')
    }
    for (const length of [0, 5, 32]) {
      expect(await codeOf(house.crypto.decrypt(tenantId, where, sealed.subarray(0, length)))).toBe('crypto.unreadable')
    }
  })

  it('moved to another row, column, table or tenant it does not open', async () => {
    const [tenantId, other] = [await newTenant(), await newTenant()]
    const sealed = await house.crypto.encrypt(tenantId, where, 'secret')
    for (const moved of [
      { ...where, row: 8 },
      { ...where, column: 'x' },
      { ...where, table: 'test.x' },
    ]) {
      expect(await codeOf(house.crypto.decrypt(tenantId, moved, sealed))).toBe('crypto.unreadable')
    }
    await house.crypto.encrypt(other, where, 'warm')
    expect(await codeOf(house.crypto.decrypt(other, where, sealed))).toBe('crypto.unreadable')
  })

  it('a neighbour that copies the rows and the wrapped keys as well reads nothing', async () => {
    const shop = await house.newTenant()
    const sealed = await house.crypto.encrypt(shop.tenantId, where, 'secret')
    const neighbour = await house.plantNeighbour(shop.tenantId)
    expect(await codeOf(house.crypto.decrypt(neighbour.tenantId, where, sealed))).toBe('crypto.unreadable')
  })
})

describe('fingerprints', () => {
  it('are equal for equal values, and differ by value, purpose and tenant', async () => {
    const [tenantId, other] = [await newTenant(), await newTenant()]
    const print = await house.crypto.fingerprint(tenantId, 'card', 'A')
    expect(print).toHaveLength(32)
    expect(await house.crypto.fingerprint(tenantId, 'card', 'A')).toEqual(print)
    expect(await house.crypto.fingerprint(tenantId, 'card', 'B')).not.toEqual(print)
    expect(await house.crypto.fingerprint(tenantId, 'phone', 'A')).not.toEqual(print)
    expect(await house.crypto.fingerprint(other, 'card', 'A')).not.toEqual(print)
  })

  it('survive every rotation and are the same in every process', async () => {
    const tenantId = await newTenant()
    const print = await house.crypto.fingerprint(tenantId, 'card', 'A')
    await house.crypto.rotateDataKey(tenantId)
    await house.crypto.rotateMasterKey()
    expect(await (await otherProcess()).fingerprint(tenantId, 'card', 'A')).toEqual(print)
  })
})

describe('rotation', () => {
  it('a new data key seals from now on, and the old ones still open', async () => {
    const tenantId = await newTenant()
    const old = await house.crypto.encrypt(tenantId, where, 'old')
    await house.crypto.rotateDataKey(tenantId)
    const fresh = await house.crypto.encrypt(tenantId, where, 'new')
    expect(fresh.readUInt32BE(1)).toBeGreaterThan(old.readUInt32BE(1))
    expect(await house.crypto.decrypt(tenantId, where, old)).toBe('old')
    expect(await house.crypto.decrypt(tenantId, where, fresh)).toBe('new')
  })

  it('a process that remembers older keys opens what another sealed with a newer one', async () => {
    const tenantId = await newTenant()
    const slow = await otherProcess()
    await slow.encrypt(tenantId, where, 'warm')
    await house.crypto.rotateDataKey(tenantId)
    const sealed = await house.crypto.encrypt(tenantId, where, 'new')
    expect(await slow.decryptMany(tenantId, [{ where, sealed }])).toEqual(['new'])
  })

  it('twenty processes that start at once agree on one first key', async () => {
    const tenantId = await newTenant()
    const processes = await Promise.all(Array.from({ length: 20 }, otherProcess))
    const sealed = await Promise.all(processes.map((crypto, at) => crypto.encrypt(tenantId, where, `v${at}`)))
    expect(new Set(sealed.map((value) => value.readUInt32BE(1))).size).toBe(1)
    expect(await Promise.all(sealed.map((value) => house.crypto.decrypt(tenantId, where, value)))).toEqual(
      sealed.map((_, at) => `v${at}`),
    )
  })

  it('reading and writing go on while data and master keys are rotated', async () => {
    const tenantId = await newTenant()
    const reader = await otherProcess()
    let rotating = true
    const traffic = async (): Promise<number> => {
      let rounds = 0
      for (; rotating; rounds += 1) {
        const sealed = await house.crypto.encrypt(tenantId, { ...where, row: rounds }, `value ${rounds}`)
        expect(await reader.decrypt(tenantId, { ...where, row: rounds }, sealed)).toBe(`value ${rounds}`)
        // With the keys in memory nothing above waits; the rotation needs its turns, too.
        await setImmediate()
      }
      return rounds
    }
    const running = Promise.all([traffic(), traffic()])
    for (let round = 0; round < 5; round += 1) {
      await house.crypto.rotateDataKey(tenantId)
      await house.crypto.rotateMasterKey()
    }
    rotating = false
    expect(Math.min(...(await running))).toBeGreaterThan(0)
  })

  it('after a master key rotation no data key hangs on the old one', async () => {
    const tenantId = await newTenant()
    await house.crypto.encrypt(tenantId, where, 'x')
    const before = await house.owner.query('select distinct master_key_id from crypto.data_keys')
    await house.crypto.rotateMasterKey()
    const after = await house.owner.query('select distinct master_key_id from crypto.data_keys')
    expect(after.rows).toHaveLength(1)
    expect(before.rows.map((row) => row.master_key_id)).not.toContain(after.rows[0].master_key_id)
  })

  it('old rows are sealed again under the current key, all of them and once', async () => {
    const { tenantId, ctx } = await house.newTenant()
    await house.owner.query(
      'create table if not exists platform.test_secrets (tenant_id bigint, id bigint, sealed bytea, primary key (tenant_id, id)); ' +
        "select platform.protect('platform.test_secrets') where not exists (select from pg_policies where tablename = 'test_secrets')",
    )
    const target = { table: 'platform.test_secrets', column: 'sealed', idColumn: 'id' }
    const at = (row: number) => ({ table: target.table, column: target.column, row })
    const sealer = await house.crypto.sealer(tenantId)
    const ids = Array.from({ length: 1_234 }, (_, index) => index + 1)
    await house.db.write(ctx, (tx) =>
      sql`insert into platform.test_secrets select ${tenantId}::bigint, id, sealed from unnest(${ids}::bigint[], ${ids.map((id) => sealer.seal(at(id), `v${id}`))}::bytea[]) as v(id, sealed)`.execute(
        tx.db,
      ),
    )
    await house.crypto.rotateDataKey(tenantId)
    expect(await reencryptColumn(house, ctx, target)).toBe(1_234)
    expect(await reencryptColumn(house, ctx, target)).toBe(0)
    const { rows } = await house.owner.query(
      'select id, sealed from platform.test_secrets where tenant_id = $1 order by id',
      [tenantId],
    )
    const plain = await house.crypto.decryptMany(
      tenantId,
      rows.map((row) => ({ where: at(Number(row.id)), sealed: row.sealed })),
    )
    expect(plain).toEqual(ids.map((id) => `v${id}`))
    expect(new Set(rows.map((row) => row.sealed.readUInt32BE(1))).size).toBe(1)
  })

  it('unwrapped keys are forgotten after a while', async () => {
    const tenantId = await newTenant()
    let now = new Date('2026-01-01T00:00:00Z')
    let loads = 0
    const db = {
      ...house.db,
      call: <T>(tenant: TenantId, fn: string, ...params: readonly unknown[]): Promise<T> => {
        if (fn === 'crypto.load_keys') loads += 1
        return house.db.call<T>(tenant, fn, ...params)
      },
    }
    const keys = await openFileKeyManager({ path: house.config.masterKeyFile, mustExist: true })
    const crypto = createCrypto({ db, keys, clock: { now: () => now } })
    await crypto.encrypt(tenantId, where, 'a')
    const first = loads
    await crypto.encrypt(tenantId, where, 'b')
    expect(loads).toBe(first)
    now = new Date(now.getTime() + 6 * 60_000)
    await crypto.encrypt(tenantId, where, 'c')
    expect(loads).toBe(first + 1)
  })
})

describe('the key file', () => {
  const sentence = (work: Promise<unknown>) =>
    work.then(
      () => 'opened',
      (error: Error) => error.message,
    )

  it('is made for its owner only and is the same for racing starters', async () => {
    const path = join(folder, 'fresh', 'master.json')
    const managers = await Promise.all(Array.from({ length: 10 }, () => openFileKeyManager({ path, mustExist: false })))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const ids = await Promise.all(managers.map((manager) => manager.currentKeyId()))
    expect(new Set(ids).size).toBe(1)
  })

  it('is refused with a sentence when others can read it', async () => {
    const path = join(folder, 'open.json')
    await openFileKeyManager({ path, mustExist: false })
    await chmod(path, 0o640)
    expect(await sentence(openFileKeyManager({ path, mustExist: false }))).toMatch(
      /can be read by other users \(mode 640\); run: chmod 600/,
    )
  })

  it('is refused with a sentence when it is missing while keys are stored', async () => {
    await house.crypto.encrypt(await newTenant(), where, 'x')
    const keyFile = join(folder, 'missing.json')
    expect(await sentence(openCrypto({ db: house.db, keyFile, log: silentLog }))).toMatch(
      /is missing, but the database holds keys/,
    )
  })

  it('is refused with a sentence when it is another installation’s, or no key file', async () => {
    await house.crypto.encrypt(await newTenant(), where, 'x')
    const other = join(folder, 'other.json')
    await openFileKeyManager({ path: other, mustExist: false })
    expect(await sentence(openCrypto({ db: house.db, keyFile: other, log: silentLog }))).toMatch(
      /lacks the master key mk-/,
    )
    await writeFile(other, '{"keys": []}', { mode: 0o600 })
    expect(await sentence(openCrypto({ db: house.db, keyFile: other, log: silentLog }))).toMatch(
      /is not a Quanshu key file/,
    )
  })

  it('holds the only copy of what opens the database: no key lies in a table unwrapped', async () => {
    await house.crypto.encrypt(await newTenant(), where, 'x')
    const file = JSON.parse(await readFile(house.config.masterKeyFile, 'utf8'))
    const { rows } = await house.owner.query(
      "select string_agg(encode(wrapped, 'hex') || master_key_id, ',') as dump from crypto.data_keys",
    )
    for (const { key } of file.keys) expect(rows[0].dump).not.toContain(Buffer.from(key, 'base64').toString('hex'))
    await expect(
      house.db.read((await house.newTenant()).ctx, (tx) => sql`select * from crypto.data_keys`.execute(tx.db)),
    ).rejects.toThrow(/permission denied/)
  })
})

describe('passwords', () => {
  it('are Argon2id hashes that verify, and only for the same password', async () => {
    const phc = await hashPassword('correct horse')
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await house.crypto.verifyPassword('correct horse', phc)).toBe(true)
    expect(await house.crypto.verifyPassword('correct horsf', phc)).toBe(false)
    expect(await house.crypto.verifyPassword('correct horse', 'plain text')).toBe(false)
    expect(await hashPassword('correct horse')).not.toBe(phc)
  })

  it('agree with the reference implementation', async () => {
    const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await house.crypto.verifyPassword('password', phc)).toBe(true)
  })

  it('a planted hash cannot ask for gigabytes', async () => {
    expect(
      await house.crypto.verifyPassword(
        'x',
        '$argon2id$v=19$m=9999999,t=9,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
      ),
    ).toBe(false)
  })

  it('are hashed off the main thread', async () => {
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 5)
    await Promise.all(Array.from({ length: 4 }, () => hashPassword('x')))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
  })

  it('a flood is refused instead of queued without end', async () => {
    const gate = createGate({ concurrentMax: 2, waitingMax: 3, refusal: () => commonErrors.busy() })
    let running = 0
    let peak = 0
    const work = async () => {
      running += 1
      peak = Math.max(peak, running)
      await setImmediate()
      running -= 1
    }
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => gate(work)))
    expect(results.map((result) => result.status)).toEqual([
      ...Array(5).fill('fulfilled'),
      ...Array(3).fill('rejected'),
    ])
    expect(peak).toBe(2)
    await gate(work)
  })
})
