import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import {
  digits,
  fen,
  flag,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  orderNo,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import { PROOF_PICTURES_MAX, TASK_STATES, TASKS_TAKEN_MAX, WHEN_OVERDUE, WHEN_REJECTED } from '../service.ts'

/** Services by hand: the desk where they are done, their rules, and what their buyer does about them. */

const work = { kind: 'staff', permission: 'services.work' } as const
const anyone = { kind: 'public' } as const
const taskId = z.object({ taskId: idParam })
const form = z.record(z.string().max(40), z.string().max(200))
/** A phone's picture, before it is made smaller. */
const PICTURE_BYTES_MAX = 10 * 1024 * 1024

export const proofPicture = z.object({ id, width: z.int(), height: z.int() })
export type ProofPicture = z.output<typeof proofPicture>

/** How a line stands that a person works on; null for others, and before it is paid. */
export const lineService = z.object({
  state: z.enum(TASK_STATES),
  since: instant,
  /** Until when it is promised; null while the buyer is asked, and when it is over. */
  dueAt: instant.nullable(),
  isOverdue: z.boolean(),
  /** What such services usually take, and what nineteen of twenty do, in seconds; null when none was done yet. */
  usuallySeconds: z.number().nullable(),
  slowSeconds: z.number().nullable(),
  /** What the buyer is asked, and which fields of the form may be corrected. */
  question: z.string().nullable(),
  questionFields: z.array(z.string()),
  endedAt: instant.nullable(),
  /** What was done, or why it was not. */
  proof: z.string(),
  pictures: z.array(proofPicture),
  /** Nobody has begun: the buyer may have the money back. */
  mayCancel: z.boolean(),
})
export type LineService = z.output<typeof lineService>

export const taskRow = z.object({
  id,
  orderNo,
  lineNo: z.int(),
  skuId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  quantity: z.int(),
  amountFen: fen,
  contactMasked: z.string(),
  state: z.enum(TASK_STATES),
  staffId: id.nullable(),
  staffName: z.string(),
  /** Of whoever asks. */
  isMine: z.boolean(),
  openedAt: instant,
  dueAt: instant.nullable(),
  /** While the buyer is asked: what is left of the promised time. */
  leftSeconds: z.int().nullable(),
  isOverdue: z.boolean(),
  endedAt: instant.nullable(),
})
export type TaskRow = z.output<typeof taskRow>

export const taskDetail = taskRow.extend({
  /** As it stands now, with its fields in words. */
  form,
  formFields,
  question: z.string().nullable(),
  questionFields: z.array(z.string()),
  proof: z.string(),
  pictures: z.array(proofPicture),
  log: z.array(
    z.object({
      id,
      at: instant,
      kind: z.enum([
        'opened',
        'accepted',
        'put_back',
        'handed_over',
        'asked',
        'answered',
        'done',
        'rejected',
        'cancelled',
        'overdue',
      ]),
      by: z.string(),
      note: z.string(),
      /** Of an answer: what stood there before. */
      before: form.nullable(),
      after: form.nullable(),
    }),
  ),
  /** What this person may do now. */
  actions: z.array(z.enum(['take', 'put_back', 'hand_over', 'ask', 'finish', 'reject'])),
  /** What rejecting does with the money. */
  whenRejected: z.enum(WHEN_REJECTED),
})
export type TaskDetail = z.output<typeof taskDetail>

const ruleFields = z.object({
  promisedMinutes: z.int().min(5).max(43_200),
  /** Pieces that may be ordered on a day; null: as many as come. */
  capacityPerDay: z.int().min(0).max(100_000).nullable(),
  whenOverdue: z.enum(WHEN_OVERDUE),
  whenRejected: z.enum(WHEN_REJECTED),
})
export const serviceRules = ruleFields.extend({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  /** Of today's capacity; null: no bound. */
  leftToday: z.int().nullable(),
  usuallySeconds: z.number().nullable(),
  slowSeconds: z.number().nullable(),
})

export const serviceRoutes = {
  list: route({
    id: 'fulfilment.listTasks',
    method: 'GET',
    path: '/api/console/services/tasks',
    summary: 'Services to be done by hand: the most pressing first',
    access: work,
    query: pageQuery.extend({
      sort: sortBy('dueAt', 'openedAt', 'amountFen'),
      state: oneOrMore(TASK_STATES).optional(),
      mine: flag.optional(),
      overdue: flag.optional(),
      skuId: idParam.optional(),
    }),
    response: pageOf(taskRow),
  }),
  get: route({
    id: 'fulfilment.getTask',
    method: 'GET',
    path: '/api/console/services/tasks/:taskId',
    summary: 'One service with the buyer’s form, its proof and its history',
    access: work,
    params: taskId,
    response: taskDetail,
  }),
  take: route({
    id: 'fulfilment.takeTasks',
    method: 'POST',
    path: '/api/console/services/take',
    summary: 'Take services, one or many; of each that somebody else has taken it says who',
    access: work,
    body: z.object({ taskIds: z.array(id).min(1).max(TASKS_TAKEN_MAX) }),
    response: z.object({
      taken: z.array(id),
      lost: z.array(z.object({ id, message: z.string() })),
    }),
  }),
  putBack: route({
    id: 'fulfilment.putBackTask',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/put-back',
    summary: 'Put a service back for whoever takes it next',
    access: work,
    params: taskId,
    body: z.object({}),
    response: taskDetail,
  }),
  colleagues: route({
    id: 'fulfilment.listServiceStaff',
    method: 'GET',
    path: '/api/console/services/staff',
    summary: 'Colleagues who may be handed a service',
    access: work,
    response: z.object({ items: z.array(z.object({ id, name: z.string() })) }),
  }),
  handOver: route({
    id: 'fulfilment.handOverTask',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/hand-over',
    summary: 'Hand a service over to a colleague',
    access: work,
    params: taskId,
    body: z.object({ staffId: id }),
    response: taskDetail,
  }),
  ask: route({
    id: 'fulfilment.askBuyer',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/ask',
    summary: 'Ask the buyer to correct the form or to answer; the clock stands until then',
    access: work,
    params: taskId,
    body: z.object({ question: requiredText(500), fields: z.array(z.string().max(40)).max(10) }),
    response: taskDetail,
  }),
  uploadPicture: route({
    id: 'fulfilment.uploadProof',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/pictures',
    summary: `Upload a picture that proves the service, as the raw body; up to ${PROOF_PICTURES_MAX}`,
    access: work,
    params: taskId,
    bodyKind: 'raw',
    bodyLimitBytes: PICTURE_BYTES_MAX,
    response: proofPicture,
  }),
  picture: route({
    id: 'fulfilment.readProof',
    method: 'GET',
    path: '/api/console/services/tasks/:taskId/pictures/:pictureId',
    summary: 'A picture of the proof as WebP',
    access: work,
    params: taskId.extend({ pictureId: idParam }),
    response: z.string(),
    responseKind: 'file',
  }),
  finish: route({
    id: 'fulfilment.finishTask',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/finish',
    summary: 'Finish a service with its proof: the line is delivered and the buyer is told',
    access: work,
    params: taskId,
    idempotency: 'optional',
    body: z.object({ proof: requiredText(1_000), pictureIds: z.array(id).max(PROOF_PICTURES_MAX).default([]) }),
    response: taskDetail,
  }),
  reject: route({
    id: 'fulfilment.rejectTask',
    method: 'POST',
    path: '/api/console/services/tasks/:taskId/reject',
    summary: 'Reject a service: an exception, or the money goes back at once, as its rule says',
    access: work,
    params: taskId,
    idempotency: 'optional',
    body: z.object({ reason }),
    response: taskDetail,
  }),
  rules: route({
    id: 'fulfilment.listServiceRules',
    method: 'GET',
    path: '/api/console/services/rules',
    summary: 'What each service promises, how much of it a day bears, and what happens when it fails',
    access: work,
    response: z.object({ items: z.array(serviceRules) }),
  }),
  saveRules: route({
    id: 'fulfilment.saveServiceRules',
    method: 'PUT',
    path: '/api/console/services/rules/:skuId',
    summary: 'Change the rules of one service; what is open keeps its promised time',
    access: { kind: 'staff', permission: 'services.manage' },
    params: z.object({ skuId: idParam }),
    body: ruleFields,
    response: ok,
  }),
} as const

const lineOfOrder = z.object({ no: orderNo, lineNo: digits(z.int().min(1).max(20)) })

export const mallServiceRoutes = {
  promise: route({
    id: 'fulfilment.readPromise',
    method: 'GET',
    path: '/api/mall/skus/:skuId/promise',
    summary: 'What a service by hand promises, and how long it has usually taken',
    access: anyone,
    params: z.object({ skuId: idParam }),
    response: z.object({
      promisedMinutes: z.int(),
      leftToday: z.int().nullable(),
      usuallySeconds: z.number().nullable(),
      slowSeconds: z.number().nullable(),
    }),
  }),
  answer: route({
    id: 'fulfilment.answerTask',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/answer',
    summary: 'The buyer corrects what was asked for; once for each question',
    access: anyone,
    params: lineOfOrder,
    body: z.object({ form: form.default({}), note: text(500).default('') }),
    response: ok,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  cancel: route({
    id: 'fulfilment.cancelTask',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/cancel',
    summary: 'The buyer takes a service back before anybody has begun with it; the money goes back',
    access: anyone,
    params: lineOfOrder,
    body: z.object({}),
    response: ok,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  picture: route({
    id: 'fulfilment.readOrderProof',
    method: 'GET',
    path: '/api/mall/orders/:no/proof/:pictureId',
    summary: 'A picture that proves a service of this order, for its buyer',
    access: anyone,
    params: z.object({ no: orderNo, pictureId: idParam }),
    response: z.string(),
    responseKind: 'file',
  }),
} as const
