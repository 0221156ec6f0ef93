import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@quanshu/client'
import nodemailer, { type SendMailOptions } from 'nodemailer'
import { afterAll, describe, expect, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { workbookOf, workbookOfRows, zipOf } from '../../src/modules/vault/import-reader/workbook.fixture.ts'
import { openMailDoor, watchFolders } from '../../src/modules/workspace/index.ts'
import { shopOfLanhai } from './by-hand.ts'
import { codeOf, openHouse, type Shop, until } from './shop.ts'

/** Lists of stock and prices that suppliers send by mail and by folder, and what the shop does with them. */

const DOMAIN = 'lists.quanshu.test'
const SENDER = 'stock@lanhai.test'
const drop = await mkdtemp(join(tmpdir(), 'quanshu-drop-'))
const house = await openHouse({ supplierAdapters, env: { QUANSHU_DROP_FOLDER: join(drop, 'unwatched') } })
// The doors of this test are its own, so that it says when they are looked at; the installation is set up for both all the same.
Object.assign(house.platform.config, { dropDir: drop, mailIn: { domain: DOMAIN, host: '127.0.0.1', port: 0 } })
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** What the world's name servers say, and were asked; a test changes it. */
const dns = { key: keys.publicKey, fails: false, policy: '', asked: [] as string[] }
const PROOF_MS = 150
const doorOptions = {
  host: '127.0.0.1',
  port: 0,
  domain: DOMAIN,
  proofMs: PROOF_MS,
  resolve: async (name: string) => {
    dns.asked.push(name)
    if (dns.fails) throw Object.assign(new Error('timeout'), { code: 'ETIMEOUT' })
    if (name === '_dmarc.lanhai.test' && dns.policy !== '') return [[dns.policy]]
    if (name !== 'k1._domainkey.lanhai.test') throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    const key = dns.key.export({ type: 'spki', format: 'der' }).toString('base64')
    return [[`v=DKIM1; k=rsa; p=${key.slice(0, 200)}`, key.slice(200)]]
  },
}
const mail = await openMailDoor(house.platform, doorOptions)
const folders = watchFolders(house.platform, drop)
afterAll(async () => {
  await mail.close()
  await rm(drop, { recursive: true, force: true })
})

const HEAD = '商品编码,名称,供货价,库存'
const COLUMNS = { remoteId: '商品编码', name: '名称', cost: '供货价', stock: '库存', onSale: '', newKind: 'skip' }
const OPEN = { mailOn: true, folderOn: true, senders: [SENDER], signedOnly: true, atOnce: true, everyHours: null }
/** @param columns false: nobody has said yet what the columns of a list are */
async function keeper(over: Partial<Omit<typeof OPEN, 'everyHours'>> & { everyHours?: number } = {}, columns = true) {
  const { shop, ...supplier } = await shopOfLanhai(house)
  const doors = await shop.staff.call('workspace.saveDoors', {
    params: { supplierId: supplier.id },
    body: { ...OPEN, ...over },
  })
  if (columns) {
    await house.query('update suppliers.suppliers set file_mapping = $2 where tenant_id = $1 and id = $3', [
      shop.tenantId,
      JSON.stringify(COLUMNS),
      supplier.id,
    ])
  }
  return { shop, ...supplier, address: doors.mailAddress ?? '', folder: join(drop, doors.folderName ?? 'none') }
}
const standing = async (person: Client) =>
  (await person.call('workspace.listProducts', { query: { sort: 'name' } })).items.map(
    ({ remoteId, costHao, stock }) => [remoteId, costHao, stock] as const,
  )
const intakes = async (shop: Shop, supplierId: number) =>
  (await shop.staff.call('workspace.listIntakes', { params: { supplierId }, query: {} })).items
const csv = (...lines: readonly string[]) => ({ filename: '库存.csv', content: [HEAD, ...lines].join('\r\n') })

/** A mail as a supplier's server hands it over. @returns what the door said */
async function send(
  to: string,
  more: SendMailOptions = {},
  signedBy: typeof keys | null = keys,
  port = mail.port,
): Promise<string> {
  const client = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    ignoreTLS: true,
    ...(signedBy && {
      dkim: {
        domainName: 'lanhai.test',
        keySelector: 'k1',
        privateKey: signedBy.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    }),
  })
  try {
    const { response } = await client.sendMail({
      from: `蓝海 <${SENDER}>`,
      to,
      subject: '今日库存',
      text: '见附件',
      ...more,
    })
    return response
  } catch (error) {
    return (error as { response?: string; message: string }).response ?? (error as Error).message
  } finally {
    client.close()
  }
}
const answersTo = async (to: string, count: number) =>
  await until(`${count} answers to ${to}`, () => {
    const inbox = house.standIns.mail.control.inbox(to)
    return inbox.length >= count ? inbox : undefined
  })

describe('a list that comes by mail', () => {
  test('is taken like an uploaded one, answered line by line, and twice it changes nothing', async () => {
    const { shop, id, person, address } = await keeper()
    const sender = `${randomBytes(4).toString('hex')}@lanhai.test`
    await shop.staff.call('workspace.saveDoors', {
      params: { supplierId: id },
      body: { ...OPEN, senders: [sender.toUpperCase()] },
    })
    const letter = {
      from: sender,
      messageId: '<1@lanhai.test>',
      attachments: [
        csv('A1,,20.5,8', 'A2,,26,99', 'A1,,20,1', 'ZZ,,1,1'),
        // The foot of a letter is no list.
        {
          filename: 'logo.png',
          content: Buffer.from('89504e47', 'hex'),
          contentDisposition: 'inline' as const,
          cid: 'logo',
        },
      ],
    }
    expect(await send(address.toUpperCase(), letter)).toMatch(/^250/)
    // What goes beyond the supplier's own percentage waits for the shop, as it does otherwise.
    expect(await standing(person)).toEqual([
      ['A1', 205_000, 8],
      ['A2', 200_000, 99],
    ])
    const [first] = await intakes(shop, id)
    expect(first).toMatchObject({
      door: 'mail',
      name: '库存.csv',
      sender,
      signature: 'pass',
      spf: null,
      dmarc: 'none',
      arc: 'none',
      state: 'taken',
      counts: { changed: 1, same: 0, held: 1, invalid: 2 },
    })
    const detail = await shop.staff.call('workspace.readIntake', { params: { intakeId: first?.id ?? 0 } })
    expect(detail.file?.report?.lines.map(({ line, problem }) => [line, problem])).toEqual([
      [4, 'twice'],
      [5, 'unknown'],
      [3, null],
      [2, null],
    ])
    const [answer] = await answersTo(sender, 1)
    expect(answer?.subject).toContain('库存.csv')
    expect(answer?.text).toContain('第 4 行 A1：编码重复')
    expect(answer?.text).toContain('第 3 行 A2：价格变动较大')

    // The very mail once more is the same row; the same file in another mail is said to be the same.
    expect(await send(address, letter)).toMatch(/^250/)
    expect(await intakes(shop, id)).toHaveLength(1)
    expect(await send(address, { ...letter, messageId: '<2@lanhai.test>' })).toMatch(/^250/)
    expect((await intakes(shop, id)).map(({ state }) => state)).toEqual(['same', 'taken'])
    expect((await answersTo(sender, 2))[0]?.text).toContain('与上一份完全相同')
    expect(await person.call('workspace.listFiles', { query: {} })).toMatchObject({ total: 1 })
    // Twice at the same moment, as from a server that got no answer in time.
    const twin = { ...letter, messageId: '<3@lanhai.test>', attachments: [csv('A1,,,9')] }
    expect(await Promise.all([send(address, twin), send(address, twin)])).toEqual([
      expect.stringMatching(/^250/),
      expect.stringMatching(/^250/),
    ])
    expect((await intakes(shop, id)).map(({ state }) => state)).toEqual(['taken', 'same', 'taken'])
  })

  test('waits once until a person has said what its columns are, also where lists are taken at once', async () => {
    const { shop, id, person, address } = await keeper({}, false)
    // What looks like a price is the price of the street.
    const list = (stock: number) => ({
      attachments: [{ filename: 'a.csv', content: `商品编码,市场价,给你的,库存\r\nA1,30,20.5,${stock}` }],
    })
    await send(address, list(3))
    const [first] = await intakes(shop, id)
    expect(first).toMatchObject({ state: 'waiting', problem: { code: 'workspace.columns_guessed' } })
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 10])
    const params = { intakeId: first?.id ?? 0 }
    const { file } = await shop.staff.call('workspace.readIntake', { params })
    expect(file).toMatchObject({ isGuessed: true, mapping: { cost: '市场价' } })
    const body = { ...COLUMNS, name: '', cost: '给你的', newKind: 'skip' as const }
    await shop.staff.call('workspace.applyIntake', { params, body })
    expect((await standing(person))[0]).toEqual(['A1', 205_000, 3])
    await send(address, list(4))
    expect((await intakes(shop, id))[0]).toMatchObject({ state: 'taken', problem: null })
    expect((await standing(person))[0]).toEqual(['A1', 205_000, 4])
    // Other headings are a guess again.
    await send(address, { attachments: [{ filename: 'b.csv', content: '编码,进货价,库存\r\nA1,21,5' }] })
    expect((await intakes(shop, id))[0]).toMatchObject({ problem: { code: 'workspace.columns_guessed' } })
  })

  test('waits for a person where the shop wants that; the newest waits alone, and an older one is asked about', async () => {
    const { shop, id, person, address } = await keeper({ atOnce: false })
    await send(address, { attachments: [csv('A1,,,3')] })
    await send(address, { attachments: [csv('A1,,,4')] })
    const [waiting, replaced] = await intakes(shop, id)
    expect([waiting?.state, replaced?.state]).toEqual(['waiting', 'replaced'])
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 10])
    const params = { intakeId: waiting?.id ?? 0 }
    const { file } = await shop.staff.call('workspace.readIntake', { params })
    const mapping = file?.mapping ?? ({} as never)
    // It is the shop's to decide, not the supplier's.
    const own = { params: { supplyFileId: file?.id ?? 0 }, body: mapping }
    expect(await codeOf(person.call('workspace.applyFile', own))).toBe('workspace.file_moved')
    expect((await shop.staff.call('workspace.checkIntake', { params, body: mapping })).report).toMatchObject({
      changed: 1,
    })
    const taking = () => shop.staff.call('workspace.applyIntake', { params, body: mapping })
    const both = await Promise.all([codeOf(taking()), codeOf(taking())])
    expect(both.toSorted()).toEqual(['ok', 'workspace.intake_moved'])
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 4])

    await send(address, { date: new Date('2020-01-01'), attachments: [csv('A1,,,77')] })
    const [older] = await intakes(shop, id)
    expect(older).toMatchObject({ state: 'waiting', problem: { code: 'workspace.file_older' } })
    // One that was under way for longer still does not take its place.
    await send(address, { date: new Date('2019-01-01'), attachments: [csv('A1,,,78')] })
    expect((await intakes(shop, id)).slice(0, 2)).toMatchObject([
      { id: older?.id, state: 'waiting' },
      { state: 'replaced' },
    ])
    const discard = { params: { intakeId: older?.id ?? 0 }, body: { reason: '旧表' } }
    expect(await shop.staff.call('workspace.discardIntake', discard)).toMatchObject({ state: 'discarded', file: null })
    expect(await codeOf(shop.staff.call('workspace.discardIntake', discard))).toBe('workspace.intake_moved')
    // No column looks like the code: somebody says once what they are.
    await send(address, { attachments: [{ filename: 'b.csv', content: '货,余\nA1,5' }] })
    expect((await intakes(shop, id))[0]).toMatchObject({
      state: 'waiting',
      problem: { code: 'workspace.columns_unknown' },
    })
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 4])
  })

  test('is turned away from strangers, forgers and wrong addresses, who all learn nothing', async () => {
    const { shop, id, person, address } = await keeper()
    const other = await keeper()
    const list = { attachments: [csv('A1,,,1')] }
    const [box, secret] = [address.slice(0, address.indexOf('@')), address.slice(0, -(DOMAIN.length + 1)).slice(-32)]
    for (const wrong of [
      `supply@${DOMAIN}`,
      `${box.slice(0, -32)}${'0'.repeat(32)}@${DOMAIN}`,
      `${other.address.slice(0, -(DOMAIN.length + 33))}${secret}@${DOMAIN}`,
      `${box}@elsewhere.test`,
    ]) {
      expect(await send(wrong, list)).toMatch(/^550 5\.1\.1/)
    }
    // A stranger; a forger without a key; one with another; a signature over another domain's word; two senders at once.
    // All hear the same, and no sooner than name servers may answer.
    dns.asked.length = 0
    const began = performance.now()
    const refused = await send(address, { ...list, from: 'evil@other.test' })
    expect(performance.now() - began).toBeGreaterThanOrEqual(PROOF_MS)
    expect([refused, dns.asked]).toEqual([expect.stringMatching(/^550 5\.7\.1 not taken/), []])
    expect(await send(address, list, null)).toBe(refused)
    expect(await send(address, list, otherKeys)).toBe(refused)
    expect(dns.asked).toContain('k1._domainkey.lanhai.test')
    // The domain signs for whoever writes from it: a From that two programs read in two ways is nobody's.
    for (const two of [`${SENDER}, evil@lanhai.test`, `<${SENDER}> <evil@lanhai.test>`]) {
      const headers = { From: { prepared: true, value: two } }
      const envelope = { from: SENDER, to: address }
      expect(await send(address, { ...list, from: undefined, envelope, headers })).toMatch(/^550 5\.6\.0/)
    }
    expect(await send(address, { ...list, headers: { 'Auto-Submitted': 'auto-replied' } })).toMatch(/^550 5\.7\.1/)
    expect(await send(address, { ...list, envelope: { from: '', to: address } })).toMatch(/^550 5\.7\.1/)
    expect(await send(address, { text: '没有附件' })).toMatch(/^550 5\.6\.0/)
    expect((await intakes(shop, id)).map(({ state, problem, signature }) => [state, problem?.code, signature])).toEqual(
      [
        ['refused', 'workspace.mail_unsigned', 'fail'],
        ['refused', 'workspace.mail_unsigned', 'none'],
        ['refused', 'workspace.sender_unknown', null],
      ],
    )
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 10])
    // Nobody who is not known gets a mail.
    expect(house.standIns.mail.control.inbox('evil@other.test')).toEqual([])

    // Where the key cannot be asked for, nothing is decided: their server comes again.
    dns.fails = true
    expect(await send(address, list).finally(() => Object.assign(dns, { fails: false }))).toMatch(/^451/)
    // A name that was renewed, a door that was closed and a supplier that is gone are all the same.
    const params = { supplierId: id, door: 'mail' as const }
    const renewed = await shop.staff.call('workspace.renewDoor', { params, body: { reason: '泄露' } })
    expect(await send(address, list)).toMatch(/^550 5\.1\.1/)
    expect(await send(renewed.mailAddress ?? '', list)).toMatch(/^250/)
    await shop.staff.call('workspace.saveDoors', { params: { supplierId: id }, body: { ...OPEN, mailOn: false } })
    expect(await send(renewed.mailAddress ?? '', list)).toMatch(/^550 5\.1\.1/)
    expect(await intakes(other.shop, other.id)).toEqual([])
  })

  test('is proved by the domain’s own word where the shop asks for no signature, and lies at the door it was sent to', async () => {
    const { shop, id, address } = await keeper({ signedOnly: false })
    const other = await keeper()
    const list = { attachments: [csv('A1,,,1')] }
    dns.policy = 'v=DMARC1; p=reject'
    const rejected = await send(address, list, null).finally(() => Object.assign(dns, { policy: '' }))
    expect(rejected).toMatch(/^550 5\.7\.1 not taken/)
    expect(await send(address, list, null)).toMatch(/^250/)
    expect(await intakes(shop, id)).toMatchObject([
      { state: 'taken', signature: 'none', dmarc: 'none' },
      { state: 'refused', signature: 'none', dmarc: 'fail', problem: { code: 'workspace.mail_rejected' } },
    ])
    // Who has the mail of one shop brings it to another, whose list knows the sender too.
    const passedOn = { ...list, envelope: { from: SENDER, to: other.address } }
    expect(await send(address, passedOn)).toMatch(/^550 5\.7\.1 the mail is addressed to another list/)
    expect(await intakes(other.shop, other.id)).toMatchObject([
      { state: 'refused', problem: { code: 'workspace.mail_elsewhere' } },
    ])
    // One that names both, or an address that leads to both, is for both.
    expect(await send(`${address}, ${other.address}`, passedOn)).toMatch(/^250/)
    expect(await send('lists@shop.test', { attachments: [csv('A1,,,2')], envelope: passedOn.envelope })).toMatch(/^250/)
    expect((await intakes(other.shop, other.id)).map(({ state }) => state)).toEqual(['taken', 'taken', 'refused'])
  })

  test('is refused in a sentence when it is none: too big, macros, a bomb, another kind of file', async () => {
    const { shop, id, person, address } = await keeper()
    const sheet = workbookOfRows([HEAD.split(','), ['A1', '', '', '7']])
    // One text, shown in a hundred thousand cells.
    const wide = workbookOf('<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'.repeat(1_500), ['x'.repeat(1_500)])
    const bomb = zipOf({
      '[Content_Types].xml': '<Types/>',
      'xl/workbook.xml': '<workbook/>',
      'xl/worksheets/sheet1.xml': Buffer.alloc(64 * 1024 * 1024, 0x20),
    })
    const attachments = [
      { filename: 'pretender.xlsx', content: 'no workbook' },
      { filename: 'macro.xlsm', content: sheet },
      {
        filename: 'hidden-macro.xlsx',
        content: zipOf({ '[Content_Types].xml': '<Types/>', 'xl/vbaProject.bin': 'x' }),
      },
      { filename: 'bomb.xlsx', content: bomb },
      { filename: '../../etc/合同.pdf', content: '%PDF-1.7' },
    ]
    expect(await send(address, { attachments: [...attachments, ...attachments] })).toMatch(/^550 5\.6\.0 more than 5/)
    expect(await send(address, { attachments })).toMatch(/^250/)
    expect(await send(address, { attachments: [{ filename: 'wide.xlsx', content: wide }] })).toMatch(/^250/)
    expect(
      (await intakes(shop, id)).map(({ name, state, problem }) => [name, state, problem?.code]).toReversed(),
    ).toEqual([
      ['pretender.xlsx', 'refused', 'vault.file_not_xlsx'],
      ['macro.xlsm', 'refused', 'workspace.file_has_macros'],
      ['hidden-macro.xlsx', 'refused', 'workspace.file_has_macros'],
      ['bomb.xlsx', 'refused', 'vault.xlsx_bomb'],
      ['合同.pdf', 'refused', 'workspace.not_a_list'],
      ['wide.xlsx', 'refused', 'workspace.file_too_wide'],
    ])
    expect(
      await send(address, { attachments: [{ filename: 'big.csv', content: 'x'.repeat(12 * 1024 * 1024) }] }),
    ).toMatch(/^552/)
    const raw = `From: ${SENDER}\r\n\r\n${'x\r\n'.repeat(250_000)}`
    expect(await send(address, { raw, envelope: { from: SENDER, to: address } }, null)).toMatch(/^552/)
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 10])
    expect(await send(address, { attachments: [{ filename: 'good.xlsx', content: sheet }] })).toMatch(/^250/)
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 7])
  })
})

test('one address does not take all places of the mail door', async () => {
  const sockets = Array.from({ length: 60 }, () => connect(mail.port, '127.0.0.1').on('error', () => undefined))
  const said = await Promise.all(
    sockets.map((socket) => new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))),
  )
  for (const socket of sockets) socket.destroy()
  expect(said.filter((word) => word.startsWith('220'))).toHaveLength(20)
  expect(said.filter((word) => word.startsWith('421'))).toHaveLength(40)
})

test('more mail at once than there is room for comes again later, and one that is broken off leaves its room', async () => {
  const { address } = await keeper()
  const door = await openMailDoor(house.platform, { ...doorOptions, bytesMax: 200_000 })
  const attempt = () =>
    send(address, { attachments: [{ filename: 'c.pdf', content: Buffer.alloc(60_000) }] }, keys, door.port)
  const body = `Subject: x\r\n\r\n${`${'y'.repeat(900)}\r\n`.repeat(166)}`
  /** A mail of which all but the end was sent. */
  const begun = async () => {
    const half = connect(door.port, '127.0.0.1').on('error', () => undefined)
    const talk = ['EHLO x', `MAIL FROM:<${SENDER}>`, `RCPT TO:<${address}>`, 'DATA', body]
    await new Promise<void>((resolve) => {
      half.on('close', () => resolve())
      // Each is said when the one before was answered.
      half.on('data', (said) => {
        if (/^\d{3} /m.test(String(said)) && talk.length > 0) {
          half.write(`${talk.shift()}\r\n`, () => talk.length === 0 && resolve())
        }
      })
    })
    return half
  }
  let half = await begun()
  try {
    await until('a crowd', async () => {
      if ((await attempt()).startsWith('452 4.3.1')) return true
      // It came when the other was half there, and was itself the one too many.
      half.destroy()
      half = await begun()
      return undefined
    })
    half.destroy()
    await until('room', async () => ((await attempt()).startsWith('250') ? true : undefined))
  } finally {
    half.destroy()
    await door.close()
  }
})

describe('a list that is dropped into a folder', () => {
  test('is taken when it no longer grows, once by however many look, and lies aside then', async () => {
    const { shop, id, person, folder } = await keeper()
    await folders.look()
    // As long as a file system takes it.
    const path = join(folder, `${'库存'.repeat(41)}.csv`)
    await writeFile(path, `${HEAD}\nA1,,,5`)
    await folders.look()
    // It grew since the last look.
    await writeFile(path, `${HEAD}\nA1,,,5\nA2,,,6`)
    await writeFile(join(folder, 'next.csv.part'), 'half')
    await folders.look()
    expect(await intakes(shop, id)).toEqual([])
    // Two workers, as two machines on one disk.
    const second = watchFolders(house.platform, drop)
    await second.look()
    const taken = await Promise.all([folders.look(), second.look(), folders.look()])
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await intakes(shop, id)).toMatchObject([{ door: 'folder', state: 'taken', signature: null, sender: '' }])
    expect(await standing(person)).toEqual([
      ['A1', 200_000, 5],
      ['A2', 200_000, 6],
    ])
    expect(await readdir(folder)).toEqual(['next.csv.part'])
    expect((await readdir(join(drop, '.done', `${shop.tenantId}-${id}`)))[0]).toMatch(/库存\.csv$/)
    // The same file under another name: nothing is done.
    await writeFile(join(folder, 'again.csv'), `${HEAD}\nA1,,,5\nA2,,,6`)
    await folders.look()
    await folders.look()
    expect((await intakes(shop, id))[0]).toMatchObject({ name: 'again.csv', state: 'same' })
  })

  test('links, second names, other files and what is too big are refused and not read; another folder is nobody’s', async () => {
    const { shop, id, folder } = await keeper()
    await folders.look()
    await writeFile(join(drop, 'secret.csv'), `${HEAD}\nA1,,,1`)
    await symlink(join(drop, 'secret.csv'), join(folder, 'link.csv'))
    await link(join(drop, 'secret.csv'), join(folder, 'second-name.csv'))
    await writeFile(join(folder, 'run.exe'), 'MZ')
    await writeFile(join(folder, 'big.csv'), Buffer.alloc(8 * 1024 * 1024 + 1, 0x41))
    await mkdir(join(folder, 'deeper.csv'))
    await mkdir(join(drop, `${'1-1-'}${'0'.repeat(32)}`))
    await writeFile(join(drop, `${'1-1-'}${'0'.repeat(32)}`, 'x.csv'), `${HEAD}\nA1,,,1`)
    await folders.look()
    await folders.look()
    const found = (await intakes(shop, id)).map(({ name, state, problem }) => [name, state, problem?.code])
    expect(found.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['big.csv', 'refused', 'workspace.list_too_big'],
      ['link.csv', 'refused', 'workspace.not_a_plain_file'],
      ['run.exe', 'refused', 'workspace.not_a_list'],
      ['second-name.csv', 'refused', 'workspace.not_a_plain_file'],
    ])
    // Closed: what is put there stays.
    await shop.staff.call('workspace.saveDoors', { params: { supplierId: id }, body: { ...OPEN, folderOn: false } })
    await writeFile(join(folder, 'late.csv'), `${HEAD}\nA1,,,1`)
    await folders.look()
    await folders.look()
    expect(await readdir(folder)).toContain('late.csv')
  })

  test('taken by a process that died is read to the end by the next, once', async () => {
    const { shop, id } = await keeper()
    const claim = join(drop, '.taking', `${shop.tenantId}.${id}.${'0'.repeat(8)}.csv`)
    await mkdir(join(drop, '.taking'), { recursive: true })
    await writeFile(claim, `${HEAD}\nA1,,,3`)
    await folders.look()
    expect(await intakes(shop, id)).toEqual([])
    const patient = watchFolders(house.platform, drop, 0)
    await utimes(claim, new Date(), new Date())
    await patient.look()
    expect(await intakes(shop, id)).toMatchObject([{ state: 'taken' }])
    // It died when all was written and the file not yet put aside.
    await writeFile(claim, `${HEAD}\nA1,,,3`)
    await patient.look()
    expect(await intakes(shop, id)).toHaveLength(1)
    expect(await readdir(join(drop, '.taking'))).toEqual([])
  })
})

test('doors are the shop’s own: set up first, named senders, hidden from who only looks, told when silent', async () => {
  const { shop, id } = await keeper({ everyHours: 24 })
  const params = { supplierId: id }
  const looker = await shop.hire(['suppliers.read'])
  expect(await looker.call('workspace.readDoors', { params })).toMatchObject({
    mailOn: true,
    mailAddress: null,
    folderName: null,
  })
  const save = (body: Record<string, unknown>) =>
    shop.staff.call('workspace.saveDoors', { params, body: { ...OPEN, everyHours: 24, ...body } as never })
  expect(await codeOf(save({ senders: [] }))).toBe('workspace.senders_missing')
  expect(await codeOf(save({ senders: ['nobody'] }))).toBe('common.invalid_input')
  const { mailIn } = house.platform.config
  Object.assign(house.platform.config, { mailIn: undefined })
  expect(await codeOf(save({})).finally(() => Object.assign(house.platform.config, { mailIn }))).toBe(
    'workspace.door_not_set_up',
  )
  // Nothing of the names is kept in clear.
  const { mailAddress, folderName } = await shop.staff.call('workspace.readDoors', { params })
  const [row] = await house.query<{ row: string }>(
    'select to_jsonb(d)::text as row from suppliers.doors d where tenant_id = $1',
    [shop.tenantId],
  )
  for (const name of [mailAddress?.slice(7, 50), folderName]) expect(row?.row).not.toContain(name)

  const tell = () => house.platform.db.callGlobal<number>('suppliers.tell_late_lists', 100)
  const told = () =>
    house.query('select payload from events.log where tenant_id = $1 and type = $2', [
      shop.tenantId,
      'supply.list_late',
    ])
  await tell()
  expect(await told()).toEqual([])
  await house.query("update suppliers.doors set heard_at = now() - interval '25 hours' where tenant_id = $1", [
    shop.tenantId,
  ])
  await tell()
  await tell()
  expect(await told()).toMatchObject([{ payload: { supplier: '蓝海', everyHours: 24, hours: 25 } }])
  // The next list ends it.
  const folder = join(drop, folderName ?? '')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.csv'), `${HEAD}\nA1,,,3`)
  await folders.look()
  await folders.look()
  expect(await shop.staff.call('workspace.readDoors', { params })).toMatchObject({ isLate: false })
})
