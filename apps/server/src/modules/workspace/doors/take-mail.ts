import { createHash } from 'node:crypto'
import { workspaceErrors } from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import type { Attachment } from 'postal-mime'
import type { Platform } from '../../../platform/module.ts'
import type { OpenDoor } from './doors.ts'
import { attachmentsOf, isList, type Letter } from './letter.ts'
import { nameIn, type Place } from './names.ts'
import {
  bounded,
  type Carrier,
  checkChain,
  checkPolicy,
  checkSignature,
  NOT_ASKED,
  type Proof,
  type Resolve,
} from './proof.ts'
import { type Arrival, LIST_BYTES_MAX, type Problem, plainName, problemOf, takeList } from './take-list.ts'

type Deps = Pick<Platform, 'db' | 'clock' | 'config' | 'log'>
/** Where a recipient of a mail leads. */
export type Found = { readonly address: string; readonly place: Place; readonly door: OpenDoor }
export type Asking = { readonly domain: string; readonly resolve: Resolve; readonly proofMs: number }

/** What a sending server is told when its mail is not taken. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const LISTS_MAX = 5

/**
 * Takes the lists of a mail in at the doors that it is for, as far as it is proved to be from who may send there. Of a sender whom no door
 * knows nobody is asked.
 * @returns what its sender's server is told; undefined when nothing proves it at any door
 * @throws NotTaken; SignatureUnknown
 */
export async function takeMail(
  deps: Deps,
  { domain, resolve, proofMs }: Asking,
  letter: Letter,
  doors: readonly Found[],
  carrier: Carrier,
): Promise<string | undefined> {
  if (doors.length === 0) throw new NotTaken(550, '5.1.1 no such address')
  const isKnown = ({ door }: Found) => door.senders.includes(letter.from)
  for (const found of doors) {
    if (!isKnown(found))
      await refuse(deps, found, letter, NOT_ASKED, workspaceErrors.senderUnknown({ sender: letter.from }))
  }
  const knowing = doors.filter(isKnown)
  if (knowing.length === 0) return undefined
  const asked = bounded(resolve, proofMs)
  const { signature, covered, signers } = await checkSignature(letter, letter.domain, asked, deps.clock.now())
  const { isRejected, ...policy } = await checkPolicy(letter, signers, carrier, asked)
  const proof: Proof = { signature, ...policy, arc: null }
  const open: Found[] = []
  for (const found of knowing) {
    const why =
      found.door.signedOnly && signature !== 'pass'
        ? workspaceErrors.mailUnsigned({ domain: letter.domain })
        : isRejected
          ? workspaceErrors.mailRejected({ domain: letter.domain })
          : undefined
    if (why) await refuse(deps, found, letter, proof, why)
    else open.push(found)
  }
  if (open.length === 0) return undefined
  const lists = await listsOf(letter)
  const whole = { ...proof, arc: await checkChain(letter, asked) }
  let refusal: NotTaken | undefined
  let said: string | undefined
  for (const found of open) {
    if (isForOther(letter, domain, found)) {
      await refuse(deps, found, letter, whole, workspaceErrors.mailElsewhere())
      refusal ??= new NotTaken(550, '5.7.1 the mail is addressed to another list; write this address into To or Cc')
    } else if (await knock(deps, found.place, letter, whole, covered, lists)) {
      said = '2.0.0 received; what became of it is answered by mail'
    } else refusal ??= new NotTaken(452, '4.7.0 the door was closed, or too much came today')
  }
  if (said === undefined && refusal) throw refusal
  return said
}

/** Whoever is not proved gets a word in the session and never a mail: the address may be somebody else's. */
const refuse = (deps: Deps, { place }: Found, letter: Letter, proof: Proof, refusal: Refusal) =>
  takeList(deps, place, arrivalOf(deps, letter, proof, undefined, problemOf(refusal)))

/** Who has a mail that was sent to one door cannot bring it to another. */
function isForOther({ to }: Letter, domain: string, { address }: Found): boolean {
  const named = to.filter((one) => nameIn(one, domain) !== undefined)
  return named.length > 0 && !named.includes(address.toLowerCase())
}

/** @throws NotTaken */
async function listsOf(letter: Letter): Promise<readonly List[]> {
  const attachments = await attachmentsOf(letter)
  if (!attachments)
    throw new NotTaken(550, '5.6.0 the mail cannot be read: its parts lie too deep, or have too long heads')
  if (attachments.length === 0) throw new NotTaken(550, '5.6.0 no list is attached; attach an xlsx or csv file')
  if (attachments.length > LISTS_MAX) {
    throw new NotTaken(550, `5.6.0 more than ${LISTS_MAX} files are attached; send the others in another mail`)
  }
  return attachments.map((attachment) => ({ attachment, content: bytesOf(attachment) }))
}

type List = { readonly attachment: Attachment; readonly content: Buffer }

/** @returns whether all of it was taken in */
async function knock(
  deps: Deps,
  place: Place,
  letter: Letter,
  proof: Proof,
  covered: ReadonlySet<string>,
  lists: readonly List[],
): Promise<boolean> {
  for (const list of lists) {
    const arrival = arrivalOf(deps, letter, proof, list, problemWith(list), covered)
    if (!(await takeList(deps, place, { ...arrival, answerTo: letter.from }))) return false
  }
  return true
}

/**
 * A list of a mail as it stands before the door. What makes it this one is what its signer signed: whoever sends it again may change the
 * rest, the name of the file and blanks among it.
 * @param covered fields of the head that a signature proves
 */
function arrivalOf(
  { clock }: Deps,
  { from, date, messageId = '', subject }: Letter,
  proof: Proof,
  list: List | undefined,
  problem: Problem | undefined,
  covered: ReadonlySet<string> = new Set(),
): Arrival {
  const name = list?.attachment.filename ?? subject
  const content = list?.content ?? Buffer.alloc(0)
  const letter = `${from} ${date?.toISOString()}`
  const identity =
    proof.signature === 'pass'
      ? [(covered.has('message-id') && messageId) || letter, hashOf(content.filter((byte) => byte > SPACE))]
      : [messageId || `${letter} ${subject}`, name, hashOf(content)]
  return {
    door: 'mail',
    identity: identity.join('\n'),
    name: plainName(name),
    bytes: list?.content.length ?? 0,
    content: problem ? undefined : list?.content,
    problem,
    writtenAt: date ?? clock.now(),
    sender: from,
    proof,
  }
}

const SPACE = 0x20
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function problemWith({ attachment, content }: List): Problem | undefined {
  const fileName = plainName(attachment.filename ?? '')
  if (/\.xlsm$/i.test(fileName)) return problemOf(workspaceErrors.fileHasMacros({ fileName }))
  if (!isList(fileName)) return problemOf(workspaceErrors.notAList({ fileName }))
  return content.length > LIST_BYTES_MAX
    ? problemOf(workspaceErrors.listTooBig({ fileName, limitMb: LIST_BYTES_MAX / 1024 / 1024 }))
    : undefined
}

const bytesOf = ({ content }: Attachment): Buffer =>
  typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer)
