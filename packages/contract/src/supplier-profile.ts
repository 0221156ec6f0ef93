import { z } from 'zod'
import { supplierProfileErrors as errors } from './errors/supplier-profile.ts'
import { addRefusal } from './form-fields.ts'
import { requiredText, text } from './schemas.ts'
import { PRODUCT_KINDS, PROFILE_OPERATIONS, REFUSALS_ABOUT } from './supply.ts'

/**
 * How a supplier is spoken to, as data: most Chinese suppliers differ only in names, the way they sign and the codes
 * they answer. Edited in the console, run by the server's declarative adapter. Nothing in it is ever evaluated.
 */

/** Where a value stands in an answer. Names, `[0]`, `!` after a name that holds JSON text, `|` between alternatives. */
const PATH_STEP = /^[\p{L}_$][\p{L}\p{N}_$-]{0,60}(?:!|\[\d{1,3}\])*$/u
const isPath = (path: string): boolean =>
  path.split('|').every(
    (way) =>
      way
        .replace(/^(?:\[\d{1,3}\])+\.?/, '')
        .split('.')
        .every((step) => step === '' || PATH_STEP.test(step)) &&
      !way.includes('..') &&
      way !== '',
  )
const path = z
  .string()
  .max(200)
  .superRefine((value, context) => {
    if (!isPath(value)) addRefusal(context, [], errors.pathInvalid())
  })
const code = z.string().max(60)
const codes = z.array(code).max(60)
/** Names that are an object's own workings; nobody's field is called so. */
export const PROFILE_NAMES_REFUSED: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])
/** A field's or header's name on the wire; dots make nested objects in JSON bodies. */
const wireName = z
  .string()
  .regex(/^[\p{L}_][\p{L}\p{N}_.-]{0,60}$/u)
  .superRefine((value, context) => {
    if (value.split('.').some((step) => PROFILE_NAMES_REFUSED.has(step))) {
      addRefusal(context, [], errors.nameRefused({ name: value }))
    }
  })
/** What says where a message begins and ends, and to whom it goes, is the connection's business. */
const HEADERS_RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'cookie',
  'proxy-authorization',
  'proxy-connection',
])
function refuseReservedHeader(context: z.RefinementCtx, place: string, name: string, at: string): void {
  if (place !== 'header') return
  const isToken = /^[A-Za-z0-9_.-]+$/.test(name)
  if (!isToken || HEADERS_RESERVED.has(name.toLowerCase())) addRefusal(context, [at], errors.headerReserved({ name }))
}
/** Each doubles the texts that a signature may be over. */
const EITHER_MAX = 2
const key = z.string().regex(/^[a-z][a-zA-Z0-9]{0,29}$/)
/** May hold `{setting}`. */
const template = z.string().max(300)

/** What a merchant fills in besides address and identity. */
const setting = z.strictObject({
  key,
  nameZh: requiredText(40),
  nameEn: requiredText(80),
  hintZh: text(200).default(''),
  hintEn: text(300).default(''),
  secret: z.boolean().default(false),
  required: z.boolean().default(false),
  choices: z.array(requiredText(60)).max(20).optional(),
  /** Where the merchant leaves it empty. */
  fallback: text(200).default(''),
})

export const SUPPLIER_SOURCES = [
  /** `text`, with `{setting}` filled in. */
  'text',
  'identity',
  /** The setting named by `text`. */
  'setting',
  /** The secret named by `text`: some suppliers want it sent. */
  'secret',
  'timestamp',
  'no',
  'remoteNo',
  'remoteId',
  /** Of an id like `201068:BLUE`, where a product comes in variants: what is before the colon, and after it. */
  'remoteIdHead',
  'remoteIdTail',
  'quantity',
  /** The most that may be paid: for one piece, or for all of them. */
  'ceilingEach',
  'ceilingTotal',
  'callbackUrl',
  'buyerIp',
  /** The buyer's field named by `text`; without a name the first. */
  'account',
  /** All of the buyer's fields, in `shape`. */
  'fields',
  'page',
  'pageSize',
] as const

const field = z
  .strictObject({
    to: wireName,
    place: z.enum(['body', 'query', 'header']).default('body'),
    from: z.enum(SUPPLIER_SOURCES),
    text: template.default(''),
    /** How a JSON body has it; forms and queries have only text. */
    as: z.enum(['text', 'number']).default('text'),
    /** Of ceilings. */
    decimals: z.int().min(0).max(4).default(2),
    shape: z.enum(['object', 'list', 'json']).optional(),
    /** Names in a `list`. */
    listName: wireName.default('name'),
    listValue: wireName.default('value'),
    /** Not sent when it is empty. */
    skipEmpty: z.boolean().default(false),
  })
  .superRefine((value, context) => {
    const named = value.from === 'setting' || value.from === 'secret'
    if (named && value.text === '') addRefusal(context, ['text'], errors.textMissing())
    if (value.from === 'fields' && value.shape === undefined) addRefusal(context, ['shape'], errors.shapeMissing())
    refuseReservedHeader(context, value.place, value.to, 'to')
  })

/** The signed text is these pieces one after the other. */
const piece = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('text'), text: template }),
  z.strictObject({ is: z.literal('secret'), name: key.default('key') }),
  z.strictObject({ is: z.literal('identity') }),
  z.strictObject({ is: z.literal('timestamp') }),
  z.strictObject({ is: z.literal('header'), name: wireName }),
  z.strictObject({ is: z.literal('field'), name: wireName }),
  /** The body, byte for byte. */
  z.strictObject({ is: z.literal('body') }),
  /** The fields as JSON with sorted names. `escaped`: with `\/`, as PHP writes it; `either` accepts both. */
  z.strictObject({
    is: z.literal('json'),
    slashes: z.enum(['plain', 'escaped', 'either']).default('plain'),
    only: z.array(wireName).max(40).optional(),
  }),
  z.strictObject({
    is: z.literal('pairs'),
    /** `listed`: those of `only`, in that order. */
    sort: z.enum(['name', 'given', 'listed']).default('name'),
    only: z.array(wireName).max(40).optional(),
    write: z.enum(['name=value', 'namevalue', 'value']).default('name=value'),
    between: z.string().max(3).default('&'),
    skipEmpty: z.boolean().default(true),
  }),
])
export const SUPPLIER_HASHES = ['md5', 'sha1', 'sha256', 'hmac-md5', 'hmac-sha1', 'hmac-sha256'] as const
const signing = z
  .strictObject({
    text: z.array(piece).min(1).max(12),
    /** The HMAC's key is the secret `hmacKey`. */
    hash: z.enum(SUPPLIER_HASHES),
    hmacKey: key.default('key'),
    output: z.enum(['lower', 'upper', 'base64']).default('lower'),
    place: z.enum(['body', 'query', 'header']).default('body'),
    name: wireName,
    /** Fields that are not signed, besides the signature. */
    leaveOut: z.array(wireName).max(20).default([]),
  })
  .superRefine((value, context) => {
    const isKeyed = value.hash.startsWith('hmac') || value.text.some(({ is }) => is === 'secret')
    if (!isKeyed) addRefusal(context, ['text'], errors.secretNotSigned())
    refuseReservedHeader(context, value.place, value.name, 'name')
    const either = value.text.filter((part) => part.is === 'json' && part.slashes === 'either')
    if (either.length > EITHER_MAX) addRefusal(context, ['text'], errors.tooManyWays({ max: EITHER_MAX }))
    value.text.forEach((part, index) => {
      if (part.is === 'pairs' && part.sort === 'listed' && !part.only?.length) {
        addRefusal(context, ['text', index, 'only'], errors.namesMissing())
      }
    })
  })

/** What an answer without success means. The first rule that fits counts; where none fits, it is uncertain. */
const rule = z
  .strictObject({
    http: z.array(z.int().min(100).max(599)).max(20).default([]),
    /** `*` is any. */
    codes: codes.default([]),
    /** Any of these stands in the message. */
    words: z.array(requiredText(60)).max(40).default([]),
    means: z.enum(['refused', 'uncertain', 'not_found']),
    about: z.enum(REFUSALS_ABOUT).optional(),
  })
  .superRefine((value, context) => {
    if (value.http.length + value.codes.length + value.words.length === 0) {
      addRefusal(context, [], errors.ruleEmpty())
    }
    if (value.means === 'refused' && value.about === undefined) addRefusal(context, ['about'], errors.aboutMissing())
  })
const answers = z.strictObject({
  code: path,
  ok: z.array(code).min(1).max(20),
  message: path.optional(),
  /** Read besides 200. */
  http: z.array(z.int().min(200).max(499)).max(10).default([]),
  rules: z.array(rule).max(60).default([]),
  /** Answers are signed too; an answer without the right signature is uncertain. */
  signing: signing.optional(),
})

const operation = z
  .strictObject({
    method: z.enum(['GET', 'POST']).default('POST'),
    path: template.regex(/^\/[^?#\s]*$/),
    fields: z.array(field).max(40).default([]),
    /** Codes of a yes, where this call has others: some put an order's state into the code. */
    ok: z.array(code).min(1).max(20).optional(),
    /** Looked at before those of all answers. */
    rules: z.array(rule).max(60).default([]),
  })
  .superRefine((value, context) => {
    const bodies = value.fields.filter(({ place }) => place === 'body')
    if (value.method === 'GET' && bodies.length > 0) addRefusal(context, ['fields'], errors.bodyNeedsPost())
    refuseRepeatedNames(context, value.fields, ['fields'])
  })

/** `refunded`: how much came back decides whether all or a part of it failed. */
export const SUPPLIER_ORDER_MEANINGS = ['accepted', 'done', 'partial', 'failed', 'refunded'] as const
const cipher = z
  .strictObject({
    /** `list`: the whole of it; `each`: every number and password. */
    of: z.enum(['list', 'each']),
    cipher: z.enum(['base64', 'aes-128-ecb', 'aes-256-ecb', 'aes-128-cbc', 'aes-256-cbc']),
    encoding: z.enum(['base64', 'hex']).default('base64'),
    key: key.default('key'),
    /** How the key's bytes come from the secret's text. */
    keyIs: z.enum(['text', 'hex', 'base64', 'md5', 'md5-hex', 'sha256', 'first-half', 'second-half']).default('text'),
    /** `text` is the vector itself; `key` its first 16 bytes; `ahead`: the first 16 bytes of what is deciphered. */
    iv: z.enum(['zero', 'text', 'key', 'ahead']).optional(),
    ivText: z.string().max(32).default(''),
  })
  .superRefine((value, context) => {
    if (value.cipher.endsWith('cbc') && value.iv === undefined) addRefusal(context, ['iv'], errors.ivMissing())
  })
const cards = z
  .strictObject({
    at: path,
    /** `objects`; `texts`: a list of texts; `text`: one text with separators. */
    shape: z.enum(['objects', 'texts', 'text']).default('objects'),
    number: path.optional(),
    secret: path.optional(),
    validTo: path.optional(),
    /** Where each says what became of it, and what the words mean; then a card can be asked about later. */
    state: path.optional(),
    states: z.record(z.string().max(40), z.enum(['unused', 'used', 'void'])).optional(),
    /** Between cards, and between number and password of one. */
    between: z.string().max(4).default('\n'),
    inside: z.string().max(4).default(','),
    cipher: cipher.optional(),
  })
  .superRefine((value, context) => {
    if (value.shape === 'objects' && value.secret === undefined) addRefusal(context, ['secret'], errors.cardNames())
  })
const order = z
  .strictObject({
    /** The rest is looked for in here; without it in the whole answer. */
    root: path.optional(),
    /** Our number; where the answer has it, it must be the one that was asked about. */
    no: path.optional(),
    remoteNo: path.optional(),
    /** Without a state, an order that was taken is on its way. */
    state: path.optional(),
    states: z.record(z.string().max(40), z.enum(SUPPLIER_ORDER_MEANINGS)).default({}),
    cost: path.optional(),
    /** For the whole order, or for a piece. */
    costIs: z.enum(['total', 'each']).default('total'),
    costUnit: z.enum(['yuan', 'fen']).default('yuan'),
    /** Money that came back, in the unit of the cost. */
    refund: path.optional(),
    quantity: path.optional(),
    /** Pieces that arrived, of a part. */
    arrived: path.optional(),
    serial: path.optional(),
    message: path.optional(),
    cards: cards.optional(),
  })
  .superRefine((value, context) => {
    const states = Object.values(value.states)
    if (states.includes('refunded') && (value.refund === undefined || value.cost === undefined)) {
      addRefusal(context, ['refund'], errors.refundMissing())
    }
  })

const productFields = z.strictObject({
  at: path,
  key: path,
  name: path,
  hint: path.optional(),
  required: path.optional(),
  requiredValues: codes.default(['1', 'true']),
  /** A regular expression; one that could be slow is left out. */
  pattern: path.optional(),
  /** A list with name and value. */
  options: path.optional(),
  optionName: path.optional(),
  optionValue: path.optional(),
})
const product = z.strictObject({
  remoteId: path,
  name: path,
  kind: path.optional(),
  /** What the values of `kind` mean; another one, or none, is `otherKind`. */
  kinds: z.record(z.string().max(40), z.enum(PRODUCT_KINDS)).default({}),
  otherKind: z.enum(PRODUCT_KINDS),
  face: path.optional(),
  cost: path,
  unit: z.enum(['yuan', 'fen']).default('yuan'),
  stock: path.optional(),
  minQuantity: path.optional(),
  maxQuantity: path.optional(),
  onSale: path.optional(),
  onSaleValues: codes.default([]),
  fields: productFields.optional(),
})

const callback = z
  .strictObject({
    format: z.enum(['json', 'form', 'query', 'any']).default('any'),
    signing,
    /** Must be our identity. */
    identity: z.strictObject({ place: z.enum(['body', 'header']), name: wireName }).optional(),
    /** Too old to be believed. */
    age: z
      .strictObject({
        place: z.enum(['body', 'header']),
        name: wireName,
        unit: z.enum(['seconds', 'milliseconds', 'compact', 'datetime']),
        secondsMax: z.int().min(60).max(604_800),
      })
      .optional(),
    no: path.optional(),
    remoteNo: path.optional(),
    state: path.optional(),
    claims: z.record(z.string().max(40), z.enum(['done', 'failed', 'unclear'])).default({}),
    /** It also tells of products: where their id stands, and how such a callback is signed. */
    product: z.strictObject({ remoteId: path, signing: signing.optional() }).optional(),
  })
  .superRefine((value, context) => {
    if (value.no === undefined && value.remoteNo === undefined) addRefusal(context, ['no'], errors.callbackNames())
    const name = value.no ?? value.remoteNo
    const isOpen = value.signing.text.every((part) => {
      if (part.is === 'body') return false
      if (part.is === 'field') return !covers([part.name], name)
      if (part.is === 'pairs' || part.is === 'json') return part.only !== undefined && !covers(part.only, name)
      return true
    })
    if (isOpen || covers(value.signing.leaveOut, name)) addRefusal(context, ['signing'], errors.numberNotSigned())
  })
const covers = (names: readonly string[], where: string | undefined): boolean =>
  names.some((name) => (where ?? '').split('|').some((way) => way.split(/[.[!]/)[0] === name))

/** A callback's answer, byte for byte. */
const reply = z.strictObject({
  status: z.int().min(200).max(599),
  contentType: z.enum(['text/plain', 'application/json']).default('text/plain'),
  body: z.string().max(200),
})

export const supplierProfile = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
    nameZh: requiredText(40),
    nameEn: requiredText(80),
    /** Where it comes from, and what in it nobody has confirmed. */
    noteZh: text(1000).default(''),
    noteEn: text(1500).default(''),
    /** Empty where every operator has another. */
    baseUrl: z.union([z.literal(''), z.url({ protocol: /^https$/ })]).default(''),
    identityZh: requiredText(40),
    identityEn: requiredText(80),
    settings: z.array(setting).min(1).max(20),
    perMinute: z.int().min(1).max(6000),
    concurrent: z.int().min(1).max(50),
    /** After so many seconds "not found" counts as never placed; null: only a person decides. */
    notFoundIsFinalAfter: z.int().min(60).max(604_800).nullable(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('CNY'),
    /** Sells one piece an order. */
    single: z.boolean().default(false),
    body: z.enum(['json', 'form']).default('json'),
    /** JSON bodies with sorted names, in every depth. */
    sortedJson: z.boolean().default(false),
    timestamp: z.enum(['seconds', 'milliseconds', 'compact', 'datetime']).default('seconds'),
    /** Sent with every call. */
    common: z.array(field).max(20).default([]),
    signing,
    answers,
    place: operation.safeExtend({ order }),
    /** Where cards are ordered another way. */
    placeCards: operation.safeExtend({ order }).optional(),
    ask: operation.safeExtend({ order }),
    balance: operation.safeExtend({ at: path, unit: z.enum(['yuan', 'fen']).default('yuan') }).optional(),
    products: operation
      .safeExtend({
        items: path,
        item: product,
        pageSize: z.int().min(1).max(500).default(100),
        /** Pages there are, or products; without either a page that is not full is the last. */
        pages: path.optional(),
        total: path.optional(),
        paged: z.boolean().default(true),
      })
      .optional(),
    product: operation.safeExtend({ item: product, root: path.optional() }).optional(),
    /** Whether an account may be topped up, asked before anybody pays. Without a state a yes is a yes. */
    checkAccount: operation
      .safeExtend({
        state: path.optional(),
        states: z.record(z.string().max(40), z.enum(['valid', 'invalid'])).default({}),
        /** What the account is called there; shown to the buyer with its middle masked. */
        nickname: path.optional(),
        message: path.optional(),
      })
      .optional(),
    cancel: operation
      .safeExtend({
        state: path.optional(),
        states: z.record(z.string().max(40), z.enum(['cancelled', 'too_late'])).default({}),
      })
      .optional(),
    callback: callback.optional(),
    acknowledgement: reply.default({ status: 200, contentType: 'text/plain', body: 'success' }),
    rejection: reply.default({ status: 400, contentType: 'text/plain', body: 'fail' }),
  })
  .superRefine((value, context) => {
    checkNames(value, context)
    checkOrders(value, context)
  })
export type SupplierProfile = z.output<typeof supplierProfile>
export type SupplierProfileInput = z.input<typeof supplierProfile>
export type SupplierProfileField = z.output<typeof field>
export type SupplierProfileOperation = z.output<typeof operation>
export type SupplierSigning = z.output<typeof signing>
export type SupplierPiece = z.output<typeof piece>
export type SupplierAnswers = z.output<typeof answers>
export type SupplierRule = z.output<typeof rule>
export type SupplierOrderReading = z.output<typeof order>
export type SupplierAccountReading = NonNullable<SupplierProfile['checkAccount']>
export type SupplierCardsReading = z.output<typeof cards>
export type SupplierCardCipher = z.output<typeof cipher>
export type SupplierProductReading = z.output<typeof product>

const OPERATIONS = PROFILE_OPERATIONS

function refuseRepeatedNames(
  context: z.RefinementCtx,
  fields: readonly SupplierProfileField[],
  at: (string | number)[],
): void {
  const names = fields.map(({ place, to }) => `${place} ${to}`)
  names.forEach((name, index) => {
    const { to = '' } = fields[index] ?? {}
    if (names.indexOf(name) < index) addRefusal(context, [...at, index, 'to'], errors.repeatedField({ name: to }))
  })
}

/** Every name that is used is one that exists, and no secret goes into an address or a text. */
function checkNames(profile: SupplierProfile, context: z.RefinementCtx): void {
  const open = new Set(profile.settings.filter(({ secret }) => !secret).map((one) => one.key))
  const secrets = new Set(profile.settings.filter(({ secret }) => secret).map((one) => one.key))
  const secret = (name: string, at: (string | number)[]): void => {
    if (!secrets.has(name)) addRefusal(context, at, errors.secretUnknown({ name }))
  }
  const filled = (value: string, at: (string | number)[]): void => {
    for (const [, name = ''] of value.matchAll(/\{(\w+)\}/g)) {
      if (secrets.has(name)) addRefusal(context, at, errors.secretInAddress({ name }))
      else if (!open.has(name)) addRefusal(context, at, errors.settingUnknown({ name }))
    }
  }
  const fieldsAt = (fields: readonly SupplierProfileField[], at: (string | number)[]): void => {
    fields.forEach((one, index) => {
      const here = [...at, index, 'text']
      if (one.from === 'text') filled(one.text, here)
      if (one.from === 'secret') secret(one.text, here)
      if (one.from === 'setting' && !open.has(one.text)) {
        addRefusal(context, here, errors.settingUnknown({ name: one.text }))
      }
    })
  }
  const signingAt = (one: SupplierSigning | undefined, at: (string | number)[]): void => {
    if (!one) return
    if (one.hash.startsWith('hmac')) secret(one.hmacKey, [...at, 'hmacKey'])
    one.text.forEach((part, index) => {
      if (part.is === 'secret') secret(part.name, [...at, 'text', index, 'name'])
      if (part.is === 'text') filled(part.text, [...at, 'text', index, 'text'])
    })
  }
  fieldsAt(profile.common, ['common'])
  refuseRepeatedNames(context, profile.common, ['common'])
  signingAt(profile.signing, ['signing'])
  signingAt(profile.answers.signing, ['answers', 'signing'])
  signingAt(profile.callback?.signing, ['callback', 'signing'])
  signingAt(profile.callback?.product?.signing, ['callback', 'product', 'signing'])
  for (const name of OPERATIONS) {
    const one = profile[name]
    if (!one) continue
    filled(one.path, [name, 'path'])
    fieldsAt(one.fields, [name, 'fields'])
    const all = [...profile.common, ...one.fields]
    refuseRepeatedNames(context, all, [name, 'fields'])
    if (all.some(({ place, to }) => place === profile.signing.place && to === profile.signing.name)) {
      addRefusal(context, ['signing', 'name'], errors.signatureTaken({ name: profile.signing.name }))
    }
    const cipherOf = 'order' in one ? one.order.cards?.cipher : undefined
    if (cipherOf && cipherOf.cipher !== 'base64') secret(cipherOf.key, [name, 'order', 'cards', 'cipher', 'key'])
  }
}

/** What keeps an order from being placed twice or taken for what it is not. */
function checkOrders(profile: SupplierProfile, context: z.RefinementCtx): void {
  for (const name of ['place', 'placeCards', 'ask'] as const) {
    const one = profile[name]
    if (!one) continue
    const from = new Set([...profile.common, ...one.fields].map((part) => part.from))
    if (!from.has('no')) addRefusal(context, [name, 'fields'], errors.ownNumberMissing())
    if (name !== 'ask') {
      if (!from.has('remoteId') && !from.has('remoteIdHead'))
        addRefusal(context, [name, 'fields'], errors.productMissing())
      if (!profile.single && !from.has('quantity')) addRefusal(context, [name, 'fields'], errors.quantityMissing())
    }
    const { state, states } = one.order
    if (name === 'ask' && state === undefined) addRefusal(context, [name, 'order', 'state'], errors.stateMissing())
    const meanings = Object.values(states)
    const ends = meanings.includes('done') && (meanings.includes('failed') || meanings.includes('refunded'))
    if (state !== undefined && !ends) addRefusal(context, [name, 'order', 'states'], errors.statesIncomplete())
  }
  const { checkAccount: check } = profile
  if (!check) return
  const sent = [...profile.common, ...check.fields].map(({ from }) => from)
  if (!sent.includes('account') && !sent.includes('fields')) {
    addRefusal(context, ['checkAccount', 'fields'], errors.accountMissing())
  }
  // Without both it would say yes to everybody, or no.
  const verdicts = Object.values(check.states)
  if (check.state !== undefined && !(verdicts.includes('valid') && verdicts.includes('invalid'))) {
    addRefusal(context, ['checkAccount', 'states'], errors.verdictsIncomplete())
  }
}
