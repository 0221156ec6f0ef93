import { rmSync } from 'node:fs'
import { audit, auditLive } from './audit.ts'
import { codesOf, noteView, openDiary } from './diary.ts'
import { carryOut, type FaultLog, openFaultLog } from './faults.ts'
import { type House, startHouse } from './house/index.ts'
import { pause } from './house/wait.ts'
import { factsOf } from './judge/facts.ts'
import { judge } from './judge/index.ts'
import { type Buyer, buy, lastLook } from './load/buyer.ts'
import { type Importer, importFile } from './load/importer.ts'
import { type Member, openShops, type Shop, type Visitor } from './load/shop.ts'
import { act, type Clerk, topUp } from './load/staff.ts'
import { createWire, type Tally } from './load/wire.ts'
import { askWhatIsOpen, type World } from './load/world.ts'
import { SKUS } from './plan/errands.ts'
import { type Actor, type Plan, planOf, SHOPS, summaryOf } from './plan/index.ts'
import { keepReport, linesOf, type Report, reportOf } from './report.ts'
import { comeToRest, exceptionsEver, finishWhatIsLate, givenUp, heal } from './settle.ts'

export type RunOptions = {
  readonly seed: number
  /** Of load and faults; bringing up and judging come on top. */
  readonly minutes: number
  /** Keep the scratch folder of a good run too. */
  readonly keep?: boolean
  readonly say: (line: string) => void
  /** The line that is written over again; absent: none. */
  readonly live?: (line: string) => void
}

/** One run, from an empty folder to a verdict. The folder is kept when something was found. */
export async function torture(options: RunOptions): Promise<Report> {
  const { seed, minutes, say } = options
  const plan = planOf(seed, minutes)
  say(`plan of seed ${seed}: ${plan.actors.length} actors, ${plan.faults.length} faults in ${minutes} min`)
  say(`  ${summaryOf(plan).join(', ')}`)
  const house = await startHouse()
  // A stopped process would stay behind for ever.
  const interrupted = async (): Promise<void> => {
    await house.stop().catch(() => undefined)
    rmSync(house.scratch, { recursive: true, force: true })
    process.exit(INTERRUPTED)
  }
  for (const signal of SIGNALS) process.once(signal, interrupted)
  let passed = false
  try {
    const report = await endure(house, plan, options)
    for (const line of linesOf(report)) say(line)
    passed = report.passed
    return report
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted)
    await house.stop()
    if (passed && !options.keep) rmSync(house.scratch, { recursive: true, force: true })
    else say(`everything is in ${house.scratch}; again with: npm run torture -- --seed ${seed} --minutes ${minutes}`)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const INTERRUPTED = 130

async function endure(house: House, plan: Plan, { seed, minutes, say, live }: RunOptions): Promise<Report> {
  const { ask, tally } = createWire()
  const diary = openDiary()
  let isOver = false
  const world: World = {
    house,
    diary,
    ask,
    isOver: () => isOver,
    rest: (ms) => restUntil(ms, () => isOver),
    open: [],
    delivered: [],
    placed: [],
  }
  const shops = await openShops(house, SHOPS)
  const cast = await Promise.all(shops.map((shop) => hire(world, shop, plan)))
  say(`up: ${house.apis.length} API and ${house.workers.length} worker processes at ${house.url}, ${house.scratch}`)

  const faults = openFaultLog()
  const ticker = setInterval(() => live?.(liveLine(world, tally, faults)), LIVE_EVERY_MS)
  const acting = Promise.all(plan.actors.map((actor) => perform(world, actor, cast[actor.shop] ?? nobody())))
  // An actor that breaks down ends the run at once; one that has no more errands does not.
  const slugs = shops.map(({ slug }) => slug)
  const auditing = auditLive(house, slugs, world)
  const endured = carryOut(house, plan, faults).then(() => enoughDelivered(world))
  await Promise.race([endured, acting.then(() => new Promise(() => undefined))])
  isOver = true
  clearInterval(ticker)
  await heal(house)
  await acting
  const liveAudits = await auditing
  await finishWhatIsLate(house)
  say('everything is back; coming to rest')

  const unknownResolved = await askWhatIsOpen(world, RESOLVE_WITHIN_MS)
  const unrest = await comeToRest(house, shops)
  const audited = await audit(house, slugs, ['--grace', '0'])
  const lastLooks = await lookAgain(world, cast)
  const facts = await Promise.all(
    cast.map(async ({ shop, members }) => factsOf(house, shop, await balancesOf(world, members))),
  )
  const report = reportOf({
    seed,
    minutes,
    faults,
    databaseStarts: house.postgres.restarts(),
    diary,
    shops: facts,
    tally,
    unknownResolved,
    unknownLeft: world.open.length,
    lastLooks,
    exceptionsEver: await exceptionsEver(house),
    givenUp: await givenUp(house),
    unrest,
    endedByThemselves: house.unasked,
    audit: audited,
    liveAudits,
    violations: judge(diary, facts),
  })
  keepReport(report, diary, house.scratch)
  return report
}

const LIVE_EVERY_MS = 1_000
const DELIVERED_MIN = 15
const DELIVERED_WITHIN_MS = 120_000

/** On a machine that others use too, the load goes on when the plan is over, until it has shown something. */
async function enoughDelivered({ delivered }: World): Promise<void> {
  const deadline = performance.now() + DELIVERED_WITHIN_MS
  while (delivered.length < DELIVERED_MIN && performance.now() < deadline) await pause(200)
}
const RESOLVE_WITHIN_MS = 60_000

/** The people of one shop, and who of them placed which order. */
type Cast = {
  readonly shop: Shop
  readonly staff: Visitor
  readonly members: readonly Member[]
  readonly known: string[]
  readonly visitors: Map<string, Visitor>
}

const STOCK_FIRST = 250
const STOCK_A_MINUTE = 500
/** The last two SKUs (one sets pieces aside when ordered, one when paid) are short, so that they are sold out now and then. */
const STOCK_SCARCE = 40
const SCARCE_SKUS = 2
const PURSE_FEN = 300_000
const PURSE_A_MINUTE_FEN = 200_000

async function hire(world: World, shop: Shop, plan: Plan): Promise<Cast> {
  const minutes = plan.lengthMs / 60_000
  const staff = await shop.newStaff()
  const importer: Importer = { name: 'opening', shop, visitor: staff, known: [] }
  for (let sku = 0; sku < SKUS; sku += 1) {
    const lines = sku >= SKUS - SCARCE_SKUS ? STOCK_SCARCE : Math.round(STOCK_FIRST + STOCK_A_MINUTE * minutes)
    await importFile(world, importer, { ...PLAIN_IMPORT, sku, lines }, sku)
  }
  const count = plan.actors.filter(
    ({ role, shop: of }) => role === 'member' && `torture-${of + 1}` === shop.slug,
  ).length
  const members = await Promise.all(Array.from({ length: count }, shop.newMember))
  for (const member of members) {
    await topUp(world, { shop, visitor: staff }, member, Math.round(PURSE_FEN + PURSE_A_MINUTE_FEN * minutes))
  }
  return { shop, staff, members, known: importer.known, visitors: new Map() }
}

const PLAIN_IMPORT = {
  kind: 'import',
  thinkMs: 0,
  repeatedShare: 0,
  invalidLines: 0,
  cutAt: undefined,
  isSentTwice: false,
} as const

const nobody = (): never => {
  throw new Error('the plan names a shop that was not opened')
}

/** Goes through an actor's errands until the run is over. */
async function perform(world: World, actor: Actor, cast: Cast): Promise<void> {
  const { shop } = cast
  const step = async (thinkMs: number, errand: () => Promise<unknown>): Promise<boolean> => {
    if (world.isOver()) return false
    await errand()
    await world.rest(thinkMs)
    return !world.isOver()
  }
  if (actor.role === 'staff') {
    const clerk: Clerk = { shop, visitor: cast.staff, members: cast.members, batchIds: () => wholeBatches(world, shop) }
    for (const errand of actor.errands) if (!(await step(errand.thinkMs, () => act(world, clerk, errand)))) return
  } else if (actor.role === 'importer') {
    const importer: Importer = { name: actor.name, shop, visitor: cast.staff, known: cast.known }
    for (const [turn, errand] of actor.errands.entries()) {
      if (!(await step(errand.thinkMs, () => importFile(world, importer, errand, turn)))) return
    }
  } else {
    const member = actor.role === 'member' ? cast.members[Number(/\d+/.exec(actor.name)?.[0])] : undefined
    for (const [turn, errand] of actor.errands.entries()) {
      // A guest is another person each time.
      const visitor = member?.visitor ?? shop.newVisitor()
      const buyer: Buyer = { name: actor.name, visitor, memberId: member?.id ?? null }
      cast.visitors.set(`${actor.name}.${turn}@${shop.slug}.test`, visitor)
      if (!(await step(errand.thinkMs, () => buy(world, shop, buyer, errand, turn)))) return
    }
  }
}

const wholeBatches = (world: World, shop: Shop): readonly number[] =>
  world.diary.imports.flatMap(({ shop: slug, batchId, outcome }) =>
    slug === shop.slug && outcome === 'ok' && batchId !== undefined ? [batchId] : [],
  )

const LOOKS_AT_ONCE = 12
/** More than anybody wants to wait for; the database is compared in full all the same. */
const LOOKS_MAX = 4_000

/** Every buyer opens every order once more, in the browser it was placed with. */
async function lookAgain(world: World, cast: readonly Cast[]): Promise<number> {
  const notes = [...world.diary.orders.values()].filter(({ nos }) => nos.size > 0).slice(-LOOKS_MAX)
  let next = 0
  let seen = 0
  const looker = async (): Promise<void> => {
    for (let note = notes[next++]; note; note = notes[next++]) {
      const visitor = cast.find(({ shop }) => shop.slug === note?.shop)?.visitors.get(note.contact)
      const view = visitor && (await lastLook(world, visitor, note))
      if (!view) {
        world.diary.contradictions.push(`order ${[...note.nos].join('/')} of ${note.shop} could not be looked at again`)
        continue
      }
      noteView(world.diary, note, view)
      note.finalCodes = codesOf(view)
      seen += 1
    }
  }
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, looker))
  return seen
}

async function balancesOf(world: World, members: readonly Member[]): Promise<ReadonlyMap<number, number>> {
  const told = new Map<number, number>()
  for (const { id, visitor } of members) {
    const me = await world.ask('members.getMe', (signal) => visitor.main.call('members.getMe', {}, { signal }))
    if (me.kind === 'ok') told.set(id, me.value.balanceFen)
  }
  return told
}

async function restUntil(ms: number, isOver: () => boolean): Promise<void> {
  const until = performance.now() + ms
  while (!isOver() && performance.now() < until) await pause(Math.min(100, until - performance.now()))
}

function liveLine(world: World, tally: Tally, { kills, now }: FaultLog): string {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, times) => total + times, 0)
  const dead = Object.values(kills).reduce((total, times) => total + times, 0)
  const wrong = [...now].join(', ') || 'nothing wrong'
  return [
    `orders ${world.diary.orders.size}`,
    `placed ${world.placed.length}`,
    `delivered ${world.delivered.length}`,
    `refused ${sum(tally.refused)}`,
    `5xx ${sum(tally.serverErrors)}`,
    `unknown ${sum(tally.unknown)}`,
    `open ${world.open.length}`,
    `kills ${dead}`,
    `now: ${wrong}`,
  ].join('  ')
}
