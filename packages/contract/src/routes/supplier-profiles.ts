import { z } from 'zod'
import { route } from '../route.ts'
import { id, idParam, instant, ok, pageOf, pageQuery, requiredText, text } from '../schemas.ts'
import { PRODUCT_KINDS, PROFILE_OPERATIONS, TRIAL_OUTCOMES } from '../supply.ts'

/** A profile as a person writes it: JSON text, kept byte for byte. */
export const PROFILE_SOURCE_MAX = 64 * 1024
const source = z.string().min(2).max(PROFILE_SOURCE_MAX)
/** Room for a full source, escaped, and a pasted answer. */
const BODY_MAX = 512 * 1024

/** What is wrong with a profile, and where: the line and column (from 1) in the text, and the path of names. */
export const profileFault = z.object({
  line: z.int(),
  column: z.int(),
  path: z.string(),
  code: z.string(),
  message: z.string(),
})

export const profileView = z.object({
  id,
  /** The name inside the profile, `[a-z][a-z0-9-]*`: the same in all its versions. */
  key: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  latest: z.int(),
  updatedAt: instant,
  updatedBy: z.string(),
  /** Suppliers that are spoken to by it, in any version, the archived included. */
  suppliers: z.int(),
})

export const profileDetail = profileView.extend({
  /** Of the newest version. */
  source: z.string(),
  versions: z.array(z.object({ version: z.int(), note: z.string(), by: z.string(), at: instant, suppliers: z.int() })),
  users: z.array(z.object({ id, name: z.string(), version: z.int(), state: z.string() })),
})

const params = z.object({ profileId: idParam })
const texts = (max: number) => z.record(z.string().max(60), z.string().max(max)).default({})

export const supplierProfileRoutes = {
  list: route({
    id: 'suppliers.listProfiles',
    method: 'GET',
    path: '/api/console/supplier-profiles',
    summary: 'The shop’s own supplier profiles, by name; `q` searches names',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery,
    response: pageOf(profileView),
  }),
  shipped: route({
    id: 'suppliers.shippedProfiles',
    method: 'GET',
    path: '/api/console/supplier-profiles/shipped',
    summary: 'The profiles that come with the system, to start one’s own from',
    access: { kind: 'staff', permission: 'suppliers.read' },
    response: z.object({
      items: z.array(
        z.object({
          key: z.string(),
          nameZh: z.string(),
          nameEn: z.string(),
          noteZh: z.string(),
          noteEn: z.string(),
          source: z.string(),
        }),
      ),
    }),
  }),
  read: route({
    id: 'suppliers.readProfile',
    method: 'GET',
    path: '/api/console/supplier-profiles/:profileId',
    summary: 'A profile: its newest text, its versions, and who is spoken to by which',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params,
    response: profileDetail,
  }),
  readVersion: route({
    id: 'suppliers.readProfileVersion',
    method: 'GET',
    path: '/api/console/supplier-profiles/:profileId/versions/:version',
    summary: 'The text of one version, which never changes',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: params.extend({ version: idParam }),
    response: z.object({ version: z.int(), source: z.string() }),
  }),
  create: route({
    id: 'suppliers.createProfile',
    method: 'POST',
    path: '/api/console/supplier-profiles',
    summary: 'Keep a profile of the shop’s own; it is checked first',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    idempotency: 'required',
    bodyLimitBytes: BODY_MAX,
    body: z.object({ source, note: text(200).default('') }),
    response: profileDetail,
  }),
  save: route({
    id: 'suppliers.saveProfile',
    method: 'PUT',
    path: '/api/console/supplier-profiles/:profileId',
    summary: 'Save a profile as a new version; suppliers stay with theirs until they are moved',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params,
    bodyLimitBytes: BODY_MAX,
    /** `after`: the version it was made from; somebody else’s newer one is not passed over. */
    body: z.object({ source, note: requiredText(200), after: z.int().min(1) }),
    response: profileDetail,
  }),
  remove: route({
    id: 'suppliers.removeProfile',
    method: 'DELETE',
    path: '/api/console/supplier-profiles/:profileId',
    summary: 'Delete a profile that no supplier has ever been joined by',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params,
    response: ok,
  }),
  adopt: route({
    id: 'suppliers.adoptProfile',
    method: 'POST',
    path: '/api/console/supplier-profiles/:profileId/adopt',
    summary:
      'Move a supplier to another version of its profile; purchases under way are asked about by it from then on',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params,
    body: z.object({ supplierId: id, version: z.int().min(1) }),
    response: profileDetail,
  }),
  check: route({
    id: 'suppliers.checkProfile',
    method: 'POST',
    path: '/api/console/supplier-profiles/check',
    summary: 'Say all that is wrong with a profile, with lines; nothing is kept',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    bodyLimitBytes: BODY_MAX,
    body: z.object({ source }),
    response: z.object({ faults: z.array(profileFault) }),
  }),
  trial: route({
    id: 'suppliers.tryProfile',
    method: 'POST',
    path: '/api/console/supplier-profiles/trial',
    summary:
      'Dry run: the request as it would be sent and the text that is signed, secrets masked; and how a pasted answer or callback would be understood. Nothing is sent or kept',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    bodyLimitBytes: BODY_MAX,
    body: z.object({
      source,
      operation: z.enum(PROFILE_OPERATIONS),
      /** Sample values typed by a person; the stored secrets of suppliers are never used here. */
      baseUrl: z.url().max(300),
      identity: text(100),
      settings: texts(2_000),
      secrets: texts(8_000),
      /** The moment of the time stamp; without it now. */
      at: instant.optional(),
      sample: z.object({
        no: z.string().regex(/^\d{1,20}$/),
        remoteNo: text(64).default(''),
        remoteId: text(100).default(''),
        kind: z.enum(PRODUCT_KINDS).default('direct'),
        quantity: z.int().min(1).max(10_000).default(1),
        ceilingHao: z.int().min(0).max(1_000_000_000_000).default(0),
        fields: texts(100),
        callbackUrl: text(300).default(''),
        buyerIp: text(60).default(''),
      }),
      answer: z
        .object({
          status: z.int().min(100).max(599).default(200),
          headers: texts(2_000),
          body: z.string().max(100_000),
        })
        .optional(),
      callback: z
        .object({
          method: z.enum(['GET', 'POST']).default('POST'),
          query: z.string().max(4_000).default(''),
          headers: texts(2_000),
          body: z.string().max(65_536).default(''),
        })
        .optional(),
    }),
    response: z.object({
      faults: z.array(profileFault),
      /** Null when the profile has faults, or the operation is not in it. */
      request: z
        .object({
          method: z.string(),
          url: z.string(),
          headers: z.record(z.string(), z.string()),
          body: z.string().nullable(),
          signedText: z.string(),
          signature: z.string(),
        })
        .nullable(),
      /** Why there is no request. */
      refusal: z.string().nullable(),
      reading: z
        .object({
          outcome: z.enum(TRIAL_OUTCOMES),
          /** What was read, by name; amounts in yuan. */
          facts: z.record(z.string(), z.string()),
          cards: z.array(z.object({ number: z.string(), secret: z.string(), validTo: z.string().nullable() })),
          products: z.array(
            z.object({
              remoteId: z.string(),
              name: z.string(),
              kind: z.enum(PRODUCT_KINDS),
              costHao: z.int(),
              stock: z.int().nullable(),
              onSale: z.boolean(),
              fields: z.array(z.string()),
            }),
          ),
        })
        .nullable(),
      callback: z
        .object({
          accepted: z.boolean(),
          /** What it is about, or why it is refused. */
          verdict: z.string(),
          facts: z.record(z.string(), z.string()),
          signedText: z.string(),
          expected: z.string(),
          given: z.string(),
          /** Byte for byte what the supplier would hear. */
          reply: z.object({ status: z.int(), contentType: z.string(), body: z.string() }),
        })
        .nullable(),
    }),
  }),
} as const
