// Made from the database by `npm run gen`. Do not edit.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Objects go in as they are; a list has to be JSON text, because the driver takes lists for SQL arrays. */
type Json = ColumnType<unknown, Readonly<Record<string, unknown>> | string, Readonly<Record<string, unknown>> | string>
type NullableJson = ColumnType<unknown, Readonly<Record<string, unknown>> | string | null | undefined, Readonly<Record<string, unknown>> | string | null>
type DefaultedJson = ColumnType<unknown, Readonly<Record<string, unknown>> | string | undefined, Readonly<Record<string, unknown>> | string>
type Time = ColumnType<Date, Date | string, Date | string>
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
type DefaultedTime = ColumnType<Date, Date | string | undefined, Date | string>

export type AnalyticsDays = {
  tenant_id: number
  day: string
  changed_at: DefaultedTime
  checked_at: NullableTime
  differences: DefaultedJson
  recounted_at: NullableTime
}

export type AnalyticsEntries = {
  tenant_id: number
  at: Time
  id: GeneratedAlways<number>
  kind: 'sale' | 'refund' | 'fee' | 'loss' | 'replacement' | 'bonus' | 'cost'
  order_no: number | null
  line_no: number | null
  sku_id: Generated<number>
  batch_id: Generated<number>
  channel: Generated<string>
  pay_way: Generated<string>
  staff: Generated<string>
  pieces: Generated<number>
  lines: Generated<number>
  amount_fen: number
  transfer_id: number | null
  refund_id: number | null
  grant_id: number | null
}

export type AnalyticsMarks = {
  tenant_id: number
  account_id: number
  out_at: DefaultedTime
  out_id: Generated<number>
  in_at: DefaultedTime
  in_id: Generated<number>
  seen_at: NullableTime
  seen_balance: Generated<number>
}

export type AnalyticsNotes = {
  tenant_id: number
  id: GeneratedAlways<number>
  nos: number[]
}

export type AnalyticsStandings = {
  tenant_id: number
  gathered_at: DefaultedTime
}

export type AnalyticsSums = {
  tenant_id: number
  grain: 'hour' | 'day'
  at: Time
  sku_id: number
  batch_id: number
  channel: string
  pay_way: string
  staff: string
  sales_fen: Generated<number>
  refunds_fen: Generated<number>
  fees_fen: Generated<number>
  losses_fen: Generated<number>
  pieces: Generated<number>
  lines: Generated<number>
  entries: Generated<number>
  bonuses_fen: Generated<number>
  costs_fen: Generated<number>
}

export type AnalyticsTurnover = {
  tenant_id: number
  day: string
  unit: string
  from_kind: string
  from_ref: string
  to_kind: string
  to_ref: string
  kind: string
  transfers: number
  amount: number
}

export type AuditEntries = {
  tenant_id: number
  at: Time
  seq: number
  actor: Json
  action: string
  object_kind: string
  object_id: string
  detail: Json
  request_id: string | null
  ip: string | null
  prev_hash: Buffer
  hash: Buffer
}

export type AuditHeads = {
  tenant_id: number
  seq: number
  hash: Buffer
}

export type BooksAccountMarks = {
  tenant_id: number
  account_id: number
  at: Time
  balance: number
}

export type BooksBatchMarks = {
  tenant_id: number
  batch_id: number
  counts: string
}

export type BooksFindings = {
  tenant_id: number
  run_id: number
  violation_id: number
}

export type BooksMarks = {
  tenant_id: number
  check_name: string
  clean_since: Time
  slot: Generated<number>
  memo: DefaultedJson
}

export type BooksProgress = {
  tenant_id: number
  run_id: number
  check_name: string
  position: number
  state: Generated<'waiting' | 'running' | 'done'>
  since: NullableTime
  slot: number | null
  place: NullableJson
  checked: Generated<number>
  found: Generated<number>
  steps: Generated<number>
  busy_ms: Generated<number>
  longest_ms: Generated<number>
  started_at: NullableTime
  finished_at: NullableTime
}

export type BooksRuns = {
  tenant_id: number
  id: GeneratedAlways<number>
  source: 'schedule' | 'console' | 'cli'
  asked_by: Generated<string>
  is_whole: boolean
  grace_seconds: number
  state: Generated<'running' | 'clean' | 'violations' | 'failed'>
  worker: string | null
  lease_until: DefaultedTime
  started_at: DefaultedTime
  finished_at: NullableTime
  error: string | null
}

export type BooksViolations = {
  tenant_id: number
  id: GeneratedAlways<number>
  check_name: string
  code: string
  key: string
  objects: Json
  params: DefaultedJson
  state: Generated<'open' | 'handled' | 'gone'>
  found_at: DefaultedTime
  last_seen_at: DefaultedTime
  handled_at: NullableTime
  handled_by: string | null
  note: string | null
}

export type BulkEarlier = {
  tenant_id: number
  bulk_id: number
  line_no: number
  turn: number
  order_no: number | null
  fault: string | null
  ended_at: DefaultedTime
}

export type BulkLines = {
  tenant_id: number
  bulk_id: number
  line_no: number
  sku_id: number | null
  quantity: Generated<number>
  form: DefaultedJson
  contact: Generated<string>
  reference: Generated<string>
  unit_price_fen: Generated<number>
  unit_worth_fen: number | null
  state: 'invalid' | 'waiting' | 'ordered' | 'failed' | 'cancelled'
  fault: string | null
  fault_params: DefaultedJson
  turn: Generated<number>
  order_no: number | null
  ordered_at: NullableTime
}

export type BulkOrders = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  note: Generated<string>
  payer: 'member' | 'shop'
  member_id: number | null
  sku_id: number | null
  contact: Generated<string>
  allow_repeats: Generated<boolean>
  locale: Generated<string>
  state: Generated<'draft' | 'running' | 'paused' | 'cancelled' | 'done'>
  file_name: Generated<string>
  file_hash: Buffer | null
  ignored_columns: DefaultedJson
  lines: Generated<number>
  invalid: Generated<number>
  pieces: Generated<number>
  total_fen: Generated<number>
  waiting: Generated<number>
  held_fen: Generated<number>
  hold_id: number | null
  created_by: string
  created_at: DefaultedTime
  confirmed_by: string | null
  confirmed_at: NullableTime
  worked_at: NullableTime
  pace_from: NullableTime
  pace_waiting: number | null
  tally: NullableJson
  finished_at: NullableTime
  origin: Generated<'console' | 'api'>
  origin_key: number | null
  origin_no: Generated<string>
  gives_back: Generated<boolean>
}

export type CatalogBundleParts = {
  tenant_id: number
  sku_id: number
  position: number
  part_sku_id: number | null
  points: number | null
  quantity: Generated<number>
  share_fen: number | null
}

export type CatalogCategories = {
  tenant_id: number
  id: GeneratedAlways<number>
  parent_id: number | null
  name: string
  name_en: Generated<string>
  icon: Generated<string>
  position: Generated<number>
  created_at: DefaultedTime
}

export type CatalogGoods = {
  tenant_id: number
  id: GeneratedAlways<number>
  title: string
  title_en: Generated<string>
  subtitle: Generated<string>
  subtitle_en: Generated<string>
  category_id: number | null
  description: Generated<string>
  description_en: Generated<string>
  guide: Generated<string>
  guide_en: Generated<string>
  form_fields: DefaultedJson
  state: Generated<'draft' | 'on' | 'off' | 'archived'>
  on_at: NullableTime
  off_at: NullableTime
  stock_display: Generated<'exact' | 'words' | 'hidden'>
  limit_per_person: number | null
  limit_per_order: Generated<number>
  position: Generated<number>
  version: Generated<number>
  created_at: DefaultedTime
  updated_at: DefaultedTime
  codes_by_email: boolean | null
  codes_by_sms: Generated<boolean>
  limit_days: number | null
}

export type CatalogGoodsPictures = {
  tenant_id: number
  goods_id: number
  position: number
  picture_id: number
}

export type CatalogGoodsTags = {
  tenant_id: number
  goods_id: number
  tag_id: number
}

export type CatalogPictureFiles = {
  tenant_id: number
  picture_id: number
  width: number
  content: Buffer
}

export type CatalogPictures = {
  tenant_id: number
  id: GeneratedAlways<number>
  sha256: Buffer
  width: number
  height: number
  color: string
  created_at: DefaultedTime
}

export type CatalogPriceChanges = {
  tenant_id: number
  id: GeneratedAlways<number>
  sku_id: number
  at: Time
  price_fen: number
  free: Generated<boolean>
  tiers: DefaultedJson
  created_at: DefaultedTime
  created_by: string
  cancelled_at: NullableTime
  price_points: Generated<number>
}

export type CatalogSkus = {
  tenant_id: number
  id: GeneratedAlways<number>
  goods_id: number
  title: string
  title_en: Generated<string>
  specs: DefaultedJson
  kind: Generated<'card' | 'topup' | 'service' | 'bundle' | 'link'>
  price_fen: number
  free: Generated<boolean>
  market_price_fen: number | null
  cost_hint_fen: number | null
  tiers: DefaultedJson
  priced_at: DefaultedTime
  hold_mode: Generated<'order' | 'payment'>
  allocation: Generated<'fifo' | 'fefo' | 'lifo' | 'random' | 'loop'>
  low_stock_at: Generated<number | null>
  state: Generated<'on' | 'off'>
  position: Generated<number>
  created_at: DefaultedTime
  removed_at: NullableTime
  price_points: Generated<number>
  supply_stock: number | null
  source: Generated<'own' | 'own_first' | 'supplier_first'>
  bundle_policy: 'hold' | 'rest' | 'refund' | null
  uses_per_code: Generated<number | null>
  pick: Generated<'none' | 'number' | 'masked'>
  pick_fee_fen: Generated<number>
  numbers_due: Generated<boolean>
  later_days: number | null
  later_refund: Generated<boolean>
  opened_by: Generated<'order' | 'member' | 'device'>
}

export type CatalogTags = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  name_en: Generated<string>
  position: Generated<number>
}

export type CryptoDataKeys = {
  tenant_id: number
  id: number
  purpose: 'data' | 'hash'
  state: 'current' | 'retired'
  wrapped: Buffer
  master_key_id: string
  created_at: DefaultedTime
}

export type EntitlementsGrants = {
  tenant_id: number
  id: GeneratedAlways<number>
  owner_key: string
  member_id: number | null
  order_no: number
  line_no: number
  piece: number
  turn: Generated<number>
  kind: 'card' | 'topup' | 'service' | 'link' | 'points'
  sku_id: number
  card_id: number | null
  state: Generated<'dormant' | 'active' | 'used' | 'lapsed' | 'revoked'>
  granted_at: DefaultedTime
  changed_at: DefaultedTime
}

export type EventsCursors = {
  subscriber: string
  era: Generated<number>
  xid: Generated<string>
  position: Generated<number>
  moved_at: DefaultedTime
}

export type EventsLog = {
  tenant_id: number
  at: DefaultedTime
  position: Generated<number>
  era: Generated<number>
  xid: Generated<string>
  type: string
  subject: string
  payload: Json
  cause: Json
}

export type EventsParked = {
  tenant_id: number
  id: GeneratedAlways<number>
  subscriber: string
  event: Json
  error: string
  parked_at: DefaultedTime
  applied_at: NullableTime
}

export type EventsTenantCursors = {
  tenant_id: number
  subscriber: string
  era: Generated<number>
  xid: Generated<string>
  position: Generated<number>
}

export type FulfilmentActivations = {
  tenant_id: number
  order_no: number
  line_no: number
  sku_id: number
  quantity: number
  state: Generated<'open' | 'activated' | 'lapsed' | 'cancelled'>
  opened_at: DefaultedTime
  ends_at: Time
  remind_at: NullableTime
  closed_at: NullableTime
  by_kind: 'buyer' | 'staff' | null
  by_name: Generated<string>
  looks: Generated<number>
  look_at: NullableTime
  in_spite: Generated<string>
  told_at: NullableTime
}

export type FulfilmentComplaintLog = {
  tenant_id: number
  id: GeneratedAlways<number>
  complaint_id: number
  at: DefaultedTime
  kind: string
  by_name: string
  note: Generated<string>
  detail: DefaultedJson
}

export type FulfilmentComplaintPictures = {
  tenant_id: number
  id: GeneratedAlways<number>
  complaint_id: number
  content: Buffer
  width: number
  height: number
  uploaded_at: DefaultedTime
}

export type FulfilmentComplaintRules = {
  tenant_id: number
  goods_id: number
  automatic: boolean
  reasons: string[]
  within_hours: number
  max_fen: number
  per_month: number
  when_unsure: boolean
  remedies: string[]
  updated_by: Generated<string>
  updated_at: DefaultedTime
}

export type FulfilmentComplaints = {
  tenant_id: number
  id: GeneratedAlways<number>
  order_no: number
  line_no: number
  grant_id: number
  piece: number
  card_id: number
  batch_id: number
  sku_id: number
  amount_fen: number
  buyer_key: string
  contact: string
  ip: Generated<string>
  reason: 'used' | 'invalid' | 'wrong_amount' | 'other'
  note: Generated<string>
  state: Generated<'reported' | 'checking' | 'buying' | 'person' | 'replaced' | 'refunded' | 'rejected' | 'withdrawn' | 'settled'>
  word: 'unused' | 'used' | 'void' | 'unknown' | 'nobody' | null
  asks: Generated<number>
  due_at: NullableTime
  lease: Generated<number>
  why: Generated<string[]>
  refused: Generated<number[]>
  purchase_id: number | null
  buying_since: NullableTime
  new_grant_id: number | null
  refund_id: number | null
  answer: Generated<string>
  contest: string | null
  contested_at: NullableTime
  decided_by: Generated<string>
  reported_at: DefaultedTime
  ended_at: NullableTime
  changed_at: DefaultedTime
}

export type FulfilmentCorrections = {
  tenant_id: number
  id: GeneratedAlways<number>
  order_no: number
  line_no: number
  turn: number
  before: Json
  after: Json
  by_kind: 'buyer' | 'staff'
  by_name: Generated<string>
  at: DefaultedTime
}

export type FulfilmentDeskTakes = {
  tenant_id: number
  order_no: number
  line_no: number
  grant_id: Generated<number>
  staff_id: number
  staff_name: string
  taken_at: DefaultedTime
}

export type FulfilmentNeeds = {
  tenant_id: number
  order_no: number
  line_no: number
  sku_id: number
  quantity: number
  filled: Generated<number>
  state: Generated<'wanted' | 'buying' | 'filled' | 'stopped' | 'cancelled'>
  turn: Generated<number>
  refused: Generated<number[]>
  due_at: NullableTime
  since: DefaultedTime
  changed_at: DefaultedTime
  by_hand: Generated<number>
}

export type FulfilmentRecoveries = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number | null
  supplier: string
  batch_id: number
  cause: 'complaint' | 'recall'
  complaint_id: number | null
  pieces: number
  claimed_fen: number
  state: Generated<'open' | 'sent' | 'awaiting' | 'accepted' | 'refused' | 'written_off'>
  credited_fen: Generated<number>
  reference: Generated<string>
  note: Generated<string>
  opened_by: string
  opened_at: DefaultedTime
  sent_at: NullableTime
  ended_at: NullableTime
  changed_at: DefaultedTime
  asked_fen: number | null
  asked_by: Generated<string>
  asked_by_id: number | null
  withdrawn: Generated<boolean>
}

export type FulfilmentRecoveryLog = {
  tenant_id: number
  id: GeneratedAlways<number>
  recovery_id: number
  at: DefaultedTime
  state: string
  by_name: string
  note: Generated<string>
  amount_fen: Generated<number>
}

export type FulfilmentRestockBudgets = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  monthly_fen: number
  approve_above_fen: number | null
  version: Generated<number>
  removed_at: NullableTime
  updated_at: DefaultedTime
  updated_by: Generated<string>
}

export type FulfilmentRestockRules = {
  tenant_id: number
  sku_id: number
  budget_id: number
  enabled: Generated<boolean>
  threshold: number
  target: number
  max_unit_fen: number | null
  look_at: DefaultedTime
  trouble: string | null
  updated_at: DefaultedTime
  updated_by: Generated<string>
  cover_days: number | null
  sales_days: number | null
  cover_least: number | null
  cover_most: number | null
  sold: number | null
  counted_at: NullableTime
  first_sold_at: NullableTime
  counted_target: number | null
}

export type FulfilmentRestocks = {
  tenant_id: number
  id: GeneratedAlways<number>
  sku_id: number
  budget_id: number
  quantity: number
  filled: Generated<number>
  spent_fen: Generated<number>
  state: Generated<'ordering' | 'proposed' | 'done' | 'partial' | 'stopped' | 'rejected' | 'cancelled'>
  max_unit_fen: number | null
  asked_fen: number | null
  approved_fen: number | null
  asked_by: Generated<string>
  asked_by_id: number | null
  decided_by: Generated<string>
  decided_at: NullableTime
  reason: Generated<string>
  trouble: string | null
  trouble_note: Generated<string>
  is_ending: Generated<boolean>
  turn: Generated<number>
  refused: Generated<number[]>
  hold_id: number | null
  due_at: NullableTime
  created_at: DefaultedTime
  ended_at: NullableTime
  demand: NullableJson
}

export type FulfilmentServiceRules = {
  tenant_id: number
  sku_id: number
  promised_minutes: number
  capacity_per_day: number | null
  when_overdue: 'flag' | 'refund'
  when_rejected: 'desk' | 'refund'
  updated_by: Generated<string>
  updated_at: DefaultedTime
}

export type FulfilmentTaskLog = {
  tenant_id: number
  id: GeneratedAlways<number>
  task_id: number
  at: DefaultedTime
  kind: string
  by_name: string
  note: Generated<string>
  detail: DefaultedJson
}

export type FulfilmentTaskPictures = {
  tenant_id: number
  id: GeneratedAlways<number>
  task_id: number
  content: Buffer
  width: number
  height: number
  shown: Generated<boolean>
  uploaded_by: string
  uploaded_at: DefaultedTime
}

export type FulfilmentTasks = {
  tenant_id: number
  id: GeneratedAlways<number>
  order_no: number
  line_no: number
  sku_id: number
  quantity: number
  turn: Generated<number>
  state: Generated<'waiting' | 'accepted' | 'asking' | 'answered' | 'done' | 'rejected' | 'cancelled'>
  staff_id: number | null
  staff_name: Generated<string>
  opened_at: DefaultedTime
  due_at: NullableTime
  left_seconds: number | null
  asked_seconds: Generated<number>
  overdue_at: NullableTime
  question: string | null
  question_fields: Generated<string[]>
  asked_at: NullableTime
  proof: Generated<string>
  ended_at: NullableTime
  changed_at: DefaultedTime
}

export type IdentityRecoveryCodes = {
  tenant_id: number
  staff_id: number
  code_hash: Buffer
  used_at: NullableTime
}

export type IdentityRoles = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  built_in: 'owner' | 'operator' | 'support' | 'finance' | null
  permissions: DefaultedJson
  version: Generated<number>
  created_at: DefaultedTime
}

export type IdentitySessions = {
  tenant_id: number
  token_hash: Buffer
  id: GeneratedAlways<number>
  kind: 'staff' | 'member'
  subject_id: number
  ip: string | null
  user_agent: string
  created_at: DefaultedTime
  last_seen_at: DefaultedTime
  idle_seconds: number
  expires_at: Time
}

export type IdentitySignInTries = {
  tenant_id: number
  email_key: Buffer
  tries: number
  locked_until: DefaultedTime
  last_at: DefaultedTime
}

export type IdentityStaff = {
  tenant_id: number
  id: GeneratedAlways<number>
  node_id: number
  email: string
  name: string
  locale: Generated<'zh-CN' | 'en'>
  status: Generated<'active' | 'disabled'>
  password_hash: string
  must_change_password: Generated<boolean>
  totp_secret: Buffer | null
  totp_confirmed_at: NullableTime
  totp_last_step: Generated<number>
  last_seen_at: NullableTime
  version: Generated<number>
  created_at: DefaultedTime
}

export type IdentityStaffRoles = {
  tenant_id: number
  staff_id: number
  role_id: number
}

export type IdentityTickets = {
  tenant_id: number
  ticket_hash: Buffer
  staff_id: number
  tries: Generated<number>
  expires_at: Time
}

export type JobsSchedules = {
  name: string
  last_started_at: DefaultedTime
  last_finished_at: NullableTime
  last_error: string | null
}

export type LedgerAccounts = {
  tenant_id: number
  id: GeneratedAlways<number>
  kind: string
  ref: Generated<string>
  unit: 'CNY' | 'piece' | 'point' | 'budget'
  balance: Generated<number>
  held_out: Generated<number>
  floor: number | null
  opened_at: DefaultedTime
  changed_at: DefaultedTime
}

export type LedgerHolds = {
  tenant_id: number
  id: GeneratedAlways<number>
  from_account: number
  to_account: number
  amount: number
  state: Generated<'held' | 'captured' | 'released' | 'expired'>
  cause: string
  created_at: DefaultedTime
  expires_at: Time
  closed_at: NullableTime
}

export type LedgerTransfers = {
  tenant_id: number
  at: DefaultedTime
  id: GeneratedAlways<number>
  from_account: number
  to_account: number
  amount: number
  kind: string
  cause: string
  hold_id: number | null
}

export type MembersMembers = {
  tenant_id: number
  id: Generated<number>
  phone: Buffer
  phone_hash: Buffer
  phone_masked: string
  phone_tail: string
  name: Generated<string>
  status: Generated<'active' | 'disabled'>
  note: Generated<string>
  last_seen_at: NullableTime
  version: Generated<number>
  created_at: DefaultedTime
}

export type MembersSignInCodes = {
  tenant_id: number
  id: GeneratedAlways<number>
  phone_hash: Buffer
  code_hash: Buffer
  ip: string | null
  tries: Generated<number>
  used_at: NullableTime
  created_at: DefaultedTime
  expires_at: Time
}

export type NotifyChannels = {
  tenant_id: number
  channel: 'sms' | 'sms_tencent' | 'email' | 'wecom_app' | 'wecom' | 'dingtalk' | 'feishu'
  provider: string
  enabled: Generated<boolean>
  config: DefaultedJson
  secret_sealed: Buffer | null
  updated_at: DefaultedTime
  receipt_token: string | null
  next_call_at: DefaultedTime
  token_sealed: Buffer | null
  token_until: NullableTime
}

export type NotifyDeliveries = {
  tenant_id: number
  id: GeneratedAlways<number>
  endpoint_id: number
  webhook_id: string
  event: string
  body: string
  state: Generated<'queued' | 'delivered' | 'failed' | 'cancelled'>
  attempts: Generated<number>
  next_try_at: NullableTime
  tries: DefaultedJson
  created_at: DefaultedTime
  ended_at: NullableTime
}

export type NotifyEndpoints = {
  tenant_id: number
  id: GeneratedAlways<number>
  url: string
  note: Generated<string>
  events: string[]
  enabled: Generated<boolean>
  disabled_reason: 'gone' | 'failing' | null
  secret_sealed: Buffer
  previous_sealed: Buffer | null
  previous_until: NullableTime
  failing_since: NullableTime
  lease_until: DefaultedTime
  created_at: DefaultedTime
  updated_at: DefaultedTime
}

export type NotifyInbox = {
  tenant_id: number
  id: GeneratedAlways<number>
  staff_id: number | null
  member_id: number | null
  key: string
  event: string
  title: string
  body: string
  link: Generated<string>
  urgent: Generated<boolean>
  read_at: NullableTime
  created_at: DefaultedTime
}

export type NotifyMessages = {
  tenant_id: number
  id: GeneratedAlways<number>
  channel: 'sms' | 'email' | 'wecom_app' | 'wecom' | 'dingtalk' | 'feishu'
  template: string
  recipient: string
  key: string
  subject: Generated<string>
  state: Generated<'queued' | 'sending' | 'sent' | 'refused' | 'unknown' | 'capped'>
  about: Generated<string>
  provider_ref: string | null
  attempts: Generated<number>
  last_error: string | null
  created_at: DefaultedTime
  sent_at: NullableTime
  locale: Generated<'zh-CN' | 'en'>
  params: DefaultedJson
  recipient_key: string | null
  not_before: NullableTime
  provider: string | null
  receipt: 'delivered' | 'failed' | null
  receipt_note: string | null
  receipt_at: NullableTime
  otherwise: NullableJson
  doubt_since: NullableTime
  doubt_mark: Buffer | null
  any_hour: Generated<boolean>
}

export type NotifyRules = {
  tenant_id: number
  event: string
  channels: string[]
  urgent: boolean
  updated_at: DefaultedTime
}

export type NotifyTexts = {
  tenant_id: number
  event: string
  form: 'inbox' | 'email' | 'sms' | 'card' | 'robot'
  locale: 'zh-CN' | 'en'
  subject: string | null
  body: string | null
  aliyun_code: Generated<string>
  tencent_code: Generated<string>
  updated_at: DefaultedTime
}

export type NotifyWecomPeople = {
  tenant_id: number
  member_id: number
  corp_id: string
  user_id: string
  joined_at: DefaultedTime
  paused: Generated<boolean>
}

export type OrdersBundles = {
  tenant_id: number
  order_no: number
  bundle_no: number
  sku_id: number
  goods_id: number
  goods_title: string
  sku_title: string
  quantity: number
  unit_price_fen: number
  amount_fen: number
  policy: 'hold' | 'rest' | 'refund'
  due_at: NullableTime
}

export type OrdersDeviceCodes = {
  tenant_id: number
  order_no: number
  id: GeneratedAlways<number>
  device_hash: Buffer
  code_hash: Buffer
  tries: Generated<number>
  used_at: NullableTime
  created_at: DefaultedTime
  expires_at: Time
}

export type OrdersDevices = {
  tenant_id: number
  order_no: number
  device_hash: Buffer
  admitted_at: DefaultedTime
}

export type OrdersLines = {
  tenant_id: number
  order_no: number
  line_no: number
  sku_id: number | null
  goods_id: number | null
  kind: string
  goods_title: string
  sku_title: string
  quantity: number
  unit_price_fen: number
  amount_fen: number
  form: DefaultedJson
  hold_id: number | null
  state: Generated<'waiting' | 'dormant' | 'supplying' | 'delivered' | 'exception' | 'refunding' | 'refunded' | 'cancelled'>
  delivered_quantity: Generated<number>
  exception_reason: string | null
  exception_note: string | null
  exception_at: NullableTime
  delivered_at: NullableTime
  refunded_fen: Generated<number>
  refunding_fen: Generated<number>
  refunded_quantity: Generated<number>
  unit_points: Generated<number>
  refunded_points: Generated<number>
  bought: Generated<boolean>
  bundle_no: number | null
  credit_points: Generated<number>
  taken_points: Generated<number>
  held_back: Generated<boolean>
  pick_card: number | null
  pick_number: string | null
  later_days: number | null
  later_refund: Generated<boolean>
  warehouse_id: number | null
}

export type OrdersOrders = {
  tenant_id: number
  no: number
  state: Generated<'pending' | 'paid' | 'delivered' | 'cancelled' | 'expired' | 'refunded'>
  channel: Generated<string>
  buyer_key: string
  member_id: number | null
  contact: string
  locale: Generated<string>
  query_password_hash: Buffer | null
  device_hash: Buffer | null
  ip: string | null
  total_fen: number
  paid_fen: Generated<number>
  refunded_fen: Generated<number>
  pay_with: string
  request_key: string | null
  request_hash: Buffer | null
  placed_at: DefaultedTime
  expires_at: Time
  paid_at: NullableTime
  delivered_at: NullableTime
  closed_at: NullableTime
  close_reason: string | null
  points: Generated<number>
  balance_fen: Generated<number>
  points_hold: number | null
  balance_hold: number | null
  purpose: Generated<'goods' | 'recharge'>
  credit_fen: Generated<number>
  has_bundles: Generated<boolean>
  credit_points: Generated<number>
  has_complaints: Generated<boolean>
  gives_back: Generated<boolean>
}

export type OrganizationsNodes = {
  tenant_id: number
  id: GeneratedAlways<number>
  parent_id: number | null
  kind: 'merchant' | 'agent' | 'enterprise' | 'department' | 'brand' | 'supplier'
  name: string
  created_at: DefaultedTime
}

export type PaymentsAttempts = {
  tenant_id: number
  order_no: number
  gateway: string
  amount_fen: number
  currency: Generated<string>
  state: Generated<'pending' | 'captured' | 'closed'>
  created_at: DefaultedTime
  captured_at: NullableTime
  closed_at: NullableTime
  next_query_at: NullableTime
  queries: Generated<number>
  close_wanted_at: NullableTime
  turn: Generated<number>
  scene: Generated<'page' | 'h5' | 'in_app' | 'qr'>
  fee_fen: Generated<number>
  reference: string | null
  cashier: NullableJson
}

export type PaymentsChargebacks = {
  tenant_id: number
  id: GeneratedAlways<number>
  gateway: string
  dispute_no: string
  trade_no: string
  order_no: number
  receipt_id: number
  amount_fen: number
  loss_fen: Generated<number>
  state: 'opened' | 'lost' | 'won'
  reason: Generated<string>
  opened_at: DefaultedTime
  ended_at: NullableTime
  credit_fen: Generated<number>
  surplus_fen: Generated<number>
  disputed_fen: Generated<number>
  kept_lines: number[] | null
}

export type PaymentsClaims = {
  tenant_id: number
  id: GeneratedAlways<number>
  order_no: number
  gateway: string
  trade_no: string
  amount_fen: number
  paid_at: Time
  state: 'awaiting' | 'approved' | 'settled' | 'declined'
  verdict: string | null
  reason: string
  requested_by: string
  requested_by_id: number
  decided_by: string | null
  decided_at: NullableTime
  decided_note: string | null
  created_at: DefaultedTime
}

export type PaymentsGateways = {
  tenant_id: number
  gateway: string
  enabled: Generated<boolean>
  base_url: Generated<string>
  merchant_id: Generated<string>
  secret_sealed: Buffer | null
  updated_at: DefaultedTime
  settings: DefaultedJson
  fee_bp: Generated<number>
  fee_payer: Generated<'shop' | 'buyer'>
  position: Generated<number>
  min_fen: Generated<number>
}

export type PaymentsNotices = {
  tenant_id: number
  received_at: DefaultedTime
  id: GeneratedAlways<number>
  gateway: string
  verdict: string
  order_no: number | null
  trade_no: string | null
  amount_fen: number | null
  headers: DefaultedJson
  body: string
}

export type PaymentsReceipts = {
  tenant_id: number
  id: GeneratedAlways<number>
  gateway: string
  trade_no: string
  order_no: number
  amount_fen: number
  currency: string
  state: 'applied' | 'surplus' | 'unmatched' | 'refunded' | 'credited'
  paid_at: NullableTime
  received_at: DefaultedTime
  turn: Generated<number>
  fee_fen: Generated<number>
  adjusted_fen: Generated<number>
  handled_by: Generated<string>
  handled_note: Generated<string>
  disputed_fen: Generated<number>
}

export type PaymentsRefunds = {
  tenant_id: number
  id: GeneratedAlways<number>
  order_no: number
  line_no: number | null
  receipt_id: number | null
  gateway: string
  trade_no: string | null
  amount_fen: number
  currency: Generated<string>
  target: 'source' | 'balance' | 'hand' | 'let_go'
  state: Generated<'awaiting' | 'declined' | 'requested' | 'processing' | 'done' | 'failed'>
  reason: string
  requested_by: Generated<string>
  attempts: Generated<number>
  last_error: string | null
  next_try_at: NullableTime
  created_at: DefaultedTime
  done_at: NullableTime
  takes: Generated<'line' | 'pieces' | 'nothing'>
  grants: Generated<number[]>
  replaced_by: number | null
  requested_by_id: number | null
  decided_by: string | null
  decided_at: NullableTime
  decided_note: string | null
  hand_reference: string | null
  points: Generated<number>
  credit_fen: Generated<number>
  chargeback_id: number | null
  sent_as: number | null
}

export type PlatformFunctionFiles = {
  name: string
  checksum: string
  functions: string[]
  applied_at: DefaultedTime
}

export type PlatformMarks = {
  name: string
  value: DefaultedJson
  made_at: DefaultedTime
}

export type PlatformMigrations = {
  name: string
  checksum: string
  applied_at: DefaultedTime
}

export type PlatformPartitionedTables = {
  name: string
}

export type PlatformRequests = {
  tenant_id: number
  scope: string
  key: string
  fingerprint: Buffer
  status: number | null
  response: NullableJson
  created_at: DefaultedTime
}

export type PlatformStandstills = {
  id: GeneratedAlways<number>
  key: string
  kind: 'restored' | 'by_hand'
  words: string | null
  restored_to: NullableTime
  since: DefaultedTime
  set_by: string
  ended_at: NullableTime
  ended_by: string | null
}

export type ReconciliationBillLines = {
  tenant_id: number
  begun_at: Time
  bill_id: number
  n: number
  line_no: number
  kind: 'payment' | 'refund' | 'chargeback' | 'other' | 'purchase' | 'deposit' | 'credit'
  state: 'done' | 'pending' | 'failed'
  trade_no: string
  payment_no: string
  refund_no: string
  amount_fen: number
  fee_fen: number
  currency: string
  at: Time
  own_currency: string | null
  own_hao: number | null
  own_rate: number | null
}

export type ReconciliationBillTexts = {
  tenant_id: number
  begun_at: Time
  bill_id: number
  from_n: number
  texts: Buffer
}

export type ReconciliationBills = {
  tenant_id: number
  id: GeneratedAlways<number>
  gateway: string
  day: string
  source: 'fetched' | 'uploaded'
  asked_by: Generated<string>
  file_name: Generated<string>
  file_hash: Buffer
  file_bytes: Generated<number>
  state: Generated<'loading' | 'loaded' | 'matched' | 'superseded' | 'failed'>
  lines: Generated<number>
  judged: Generated<number>
  totals: DefaultedJson
  failure: NullableJson
  begun_at: DefaultedTime
  loaded_at: NullableTime
  matched_at: NullableTime
  rates: Generated<string>
}

export type ReconciliationCases = {
  tenant_id: number
  id: GeneratedAlways<number>
  gateway: string
  day: string
  first_day: string
  key: string
  outcome: 'channel_only' | 'ours_only' | 'state_differs' | 'amount_differs' | 'duplicate' | 'cross_day'
  cause: string
  kind: 'payment' | 'refund' | 'chargeback' | 'chargeback_won' | 'purchase' | 'deposit' | 'credit'
  state: 'open' | 'waiting' | 'explained' | 'resolved'
  number: Generated<string>
  order_no: number | null
  fact_id: number | null
  bill_id: number | null
  n: number | null
  theirs: NullableJson
  ours: NullableJson
  difference_fen: number
  posting_id: number | null
  opened_at: DefaultedTime
  ended_at: NullableTime
  handled_by: Generated<string>
  note: Generated<string>
  exchange_fen: Generated<number>
}

export type ReconciliationDays = {
  tenant_id: number
  gateway: string
  day: string
  state: Generated<'open' | 'differing' | 'matched' | 'closed'>
  bill_id: number | null
  totals: DefaultedJson
  matched_at: NullableTime
  worker: string | null
  lease_until: DefaultedTime
  phase: 'queued' | 'fetching' | 'loading' | 'matching' | null
  next_try_at: NullableTime
  tries: Generated<number>
  trouble: NullableJson
  closed_at: NullableTime
  closed_by: Generated<string>
}

export type ReconciliationMatches = {
  tenant_id: number
  kind: 'payment' | 'refund' | 'chargeback' | 'chargeback_won' | 'purchase' | 'deposit' | 'credit'
  fact_id: number
  gateway: string
  day: string
  bill_id: number
  n: number
  amount_fen: number
  fee_fen: number
  posting_id: number
  exchange_fen: Generated<number>
}

export type ReconciliationPostings = {
  tenant_id: number
  id: GeneratedAlways<number>
  gateway: string
  day: string
  kind: 'matched' | 'explained' | 'taken_back' | 'found_after_all'
  bill_id: number | null
  case_id: number | null
  lines: number
  paid_fen: number
  refunded_fen: number
  fee_fen: number
  difference_fen: Generated<number>
  at: DefaultedTime
  exchange_fen: Generated<number>
}

export type RedeemBatches = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  sku_id: number
  quantity: number
  codes: number
  uses_per_code: number
  per_person: number | null
  valid_from: NullableTime
  valid_to: NullableTime
  valid_days: number | null
  gives_back: Generated<boolean>
  state: Generated<'making' | 'ready' | 'suspended' | 'void'>
  note: Generated<string>
  created_by: string
  created_at: DefaultedTime
  link_sku_id: number | null
  replaced_at: NullableTime
  link_stock: Generated<'derived' | 'unlimited'>
  when_short: Generated<'refuse' | 'wait'>
  part_points: number | null
}

export type RedeemCodes = {
  tenant_id: number
  id: number
  batch_id: number
  code_hash: Buffer
  sealed: Buffer
  state: Generated<'active' | 'suspended' | 'void'>
  uses: number
  used: Generated<number>
  turns: Generated<number>
  handed_out_at: NullableTime
  expires_at: NullableTime
  order_no: number | null
  line_no: number | null
  piece: number | null
}

export type RedeemExports = {
  tenant_id: number
  batch_id: number
  at: DefaultedTime
  by_name: string
  by_staff_id: number
  reason: string
  codes: number
}

export type RedeemMadeGood = {
  tenant_id: number
  order_no: number
  line_no: number
  points: number
  worth_fen: number
  by_name: string
  by_staff_id: number | null
  reason: string
  at: DefaultedTime
}

export type RedeemSales = {
  tenant_id: number
  order_no: number
  line_no: number
  batch_id: number
  quantity: number
  state: Generated<'making' | 'delivered' | 'cancelled'>
  opened_at: DefaultedTime
  ended_at: NullableTime
  wanted_at: DefaultedTime
}

export type RedeemUses = {
  tenant_id: number
  code_id: number
  use_no: number
  batch_id: number
  order_no: number
  buyer_key: string
  unit_worth_fen: number
  at: DefaultedTime
  taken_back_at: NullableTime
  gave_back: Generated<boolean>
  line_worths: number[] | null
}

export type StockLowMarks = {
  tenant_id: number
  sku_id: number
  marked_at: DefaultedTime
}

export type StockMoves = {
  tenant_id: number
  id: GeneratedAlways<number>
  at: DefaultedTime
  kind: 'allocate' | 'ratio' | 'top_up' | 'transfer' | 'return' | 'close' | 'undo' | 'import'
  sku_id: number
  from_id: number | null
  to_id: number | null
  quantity: number
  reason: Generated<string>
  by_name: string
  undoes: number | null
}

export type StockWarehouseRules = {
  tenant_id: number
  warehouse_id: number
  sku_id: number
  fill_below: number | null
  target: number | null
  low_at: number | null
  low_since: NullableTime
  updated_by: Generated<string>
  updated_at: DefaultedTime
}

export type StockWarehouses = {
  tenant_id: number
  id: GeneratedAlways<number>
  channel: string
  name: string
  kind: Generated<'marketplace' | 'agent' | 'shop' | 'other'>
  falls_back: Generated<boolean>
  state: Generated<'open' | 'closed'>
  note: Generated<string>
  created_at: DefaultedTime
  closed_at: NullableTime
}

export type SuppliersBreakerOpenings = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  at: DefaultedTime
}

export type SuppliersCallbacks = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  no: string | null
  verdict: string
  headers: DefaultedJson
  body: string
  received_at: DefaultedTime
  ref: string | null
}

export type SuppliersDoors = {
  tenant_id: number
  supplier_id: number
  mail_on: Generated<boolean>
  folder_on: Generated<boolean>
  mail_sealed: Buffer | null
  mail_hash: Buffer | null
  folder_sealed: Buffer | null
  folder_hash: Buffer | null
  senders: Generated<string[]>
  signed_only: Generated<boolean>
  at_once: Generated<boolean>
  every_hours: number | null
  heard_at: DefaultedTime
  late_told_at: NullableTime
  updated_by: Generated<string>
  updated_at: DefaultedTime
}

export type SuppliersFiles = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  name: string
  sha256: Buffer
  modified_at: Time
  state: Generated<'read' | 'applied' | 'undone'>
  content: NullableJson
  mapping: DefaultedJson
  report: NullableJson
  changes: DefaultedJson
  uploaded_by: string
  uploaded_at: DefaultedTime
  applied_by: string | null
  applied_at: NullableTime
  undone_by: string | null
  undone_at: NullableTime
  door: Generated<'upload' | 'mail' | 'folder'>
}

export type SuppliersIntakes = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  door: 'mail' | 'folder'
  arrival: Buffer
  name: string
  bytes: number
  sha256: Buffer | null
  sender: Generated<string>
  signature: 'pass' | 'fail' | 'none' | null
  state: 'taken' | 'waiting' | 'same' | 'refused' | 'replaced' | 'discarded'
  file_id: number | null
  problem: NullableJson
  came_at: DefaultedTime
  decided_by: string | null
  decided_at: NullableTime
  spf: 'pass' | 'fail' | 'none' | 'unknown' | null
  dmarc: 'pass' | 'fail' | 'none' | 'unknown' | null
  arc: 'pass' | 'fail' | 'none' | 'unknown' | null
}

export type SuppliersMoney = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  kind: 'deposit' | 'withdrawal' | 'credit'
  amount_fen: number
  reference: string
  note: Generated<string>
  at: Time
  state: 'claimed' | 'awaiting' | 'booked' | 'declined' | 'reversed'
  case_id: number | null
  recovery_id: number | null
  requested_by: string
  requested_by_id: number
  decided_by: string | null
  decided_at: NullableTime
  decided_note: string | null
  reversed_by: string | null
  reversed_at: NullableTime
  reversed_note: string | null
  created_at: DefaultedTime
  own_currency: string | null
  own_hao: number | null
}

export type SuppliersOfferedCodes = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  product_id: number
  pieces: number
  cost_hao: number
  valid_to: NullableTime
  note: Generated<string>
  state: Generated<'offered' | 'accepted' | 'declined' | 'withdrawn'>
  sealed_as: string
  codes_sealed: Buffer | null
  offered_by: string
  offered_at: DefaultedTime
  decided_by: string | null
  decided_at: NullableTime
  reason: Generated<string>
  sku_id: number | null
  purchase_id: number | null
}

export type SuppliersOffers = {
  tenant_id: number
  id: GeneratedAlways<number>
  sku_id: number
  product_id: number
  position: Generated<number>
  weight: Generated<number>
  enabled: Generated<boolean>
  field_map: DefaultedJson
  created_at: DefaultedTime
  template: NullableJson
}

export type SuppliersPapers = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  paper_id: number
  version: number
  kind: 'contract' | 'licence' | 'authorisation' | 'certificate' | 'other'
  title: string
  number: Generated<string>
  valid_from: string | null
  valid_to: string | null
  stops_buying: Generated<boolean>
  state: 'offered' | 'current' | 'replaced' | 'declined' | 'ended'
  file_name: string
  media: 'application/pdf' | 'image/png' | 'image/jpeg'
  content: Buffer
  sha256: Buffer
  told_days: number | null
  by_supplier: Generated<boolean>
  kept_by: string
  kept_at: DefaultedTime
  decided_by: string | null
  decided_at: NullableTime
  reason: Generated<string>
}

export type SuppliersPriceAsks = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  product_id: number
  from_hao: number
  to_hao: number
  state: Generated<'waiting' | 'accepted' | 'declined' | 'replaced'>
  asked_by: string
  asked_at: DefaultedTime
  decided_by: string | null
  decided_at: NullableTime
  reason: Generated<string>
}

export type SuppliersPriceMoves = {
  tenant_id: number
  id: GeneratedAlways<number>
  sku_id: number
  kind: 'began' | 'followed' | 'held' | 'confirmed' | 'kept' | 'ended'
  from_fen: number
  to_fen: number
  cost_hao: number | null
  supplier: Generated<string>
  product_id: number | null
  by: Generated<string>
  reason: Generated<string>
  at: DefaultedTime
  cause: Generated<'cost' | 'demand'>
  demand: NullableJson
}

export type SuppliersPriceRules = {
  tenant_id: number
  sku_id: number
  markup_bp: number
  markup_fen: number
  floor_fen: number
  least_margin_fen: number
  rounding: 'none' | 'tenth' | 'yuan' | 'nine'
  jump_bp: number
  cost_hao: number | null
  held_fen: number | null
  held_least_fen: number | null
  held_at: NullableTime
  updated_at: DefaultedTime
  updated_by: Generated<string>
  base_fen: number | null
  ceiling_fen: number | null
  steps: DefaultedJson
  step: Generated<number>
  priced_step: Generated<number>
  step_at: NullableTime
  sold: number | null
  counted_at: NullableTime
  has_past: Generated<boolean>
}

export type SuppliersProductChanges = {
  tenant_id: number
  id: GeneratedAlways<number>
  product_id: number
  cost_hao: number
  on_sale: boolean
  at: DefaultedTime
}

export type SuppliersProducts = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  remote_id: string
  name: string
  kind: 'direct' | 'card' | 'link'
  face_hao: number | null
  cost_hao: number
  currency: Generated<string>
  stock: number | null
  min_quantity: Generated<number>
  max_quantity: number | null
  on_sale: Generated<boolean>
  fields: NullableJson
  told_at: Time
  created_at: DefaultedTime
}

export type SuppliersProfileVersions = {
  tenant_id: number
  profile_id: number
  version: number
  source: string
  note: Generated<string>
  by: Generated<string>
  at: DefaultedTime
}

export type SuppliersProfiles = {
  tenant_id: number
  id: GeneratedAlways<number>
  key: string
  name_zh: string
  name_en: string
  latest: Generated<number>
  created_at: DefaultedTime
  updated_at: DefaultedTime
  updated_by: Generated<string>
}

export type SuppliersPurchaseCards = {
  tenant_id: number
  purchase_id: number
  piece: number
  outcome: 'taken' | 'duplicate' | 'format' | 'expired'
  card_id: number | null
  masked: string
}

export type SuppliersPurchases = {
  tenant_id: number
  id: GeneratedAlways<number>
  no: string
  purpose: Generated<'line' | 'test' | 'stock' | 'complaint' | 'offered'>
  order_no: number | null
  line_no: number | null
  turn: Generated<number>
  supplier_id: number
  product_id: number
  offer_id: number | null
  quantity: number
  arrived: Generated<number>
  ceiling_hao: number
  quoted_hao: number
  cost_fen: number | null
  fields: DefaultedJson
  state: Generated<'planned' | 'sending' | 'accepted' | 'unknown' | 'done' | 'partial' | 'refused' | 'cancelled' | 'contradicted'>
  remote_no: string | null
  serial: string | null
  asks: Generated<number>
  due_at: NullableTime
  leased_until: NullableTime
  lease: Generated<number>
  code: string | null
  message: string | null
  about: string | null
  choice: DefaultedJson
  created_at: DefaultedTime
  sent_at: NullableTime
  ended_at: NullableTime
  decided_by: string | null
  decided_note: string | null
  bad: Generated<number>
  profile_id: number | null
  profile_version: number | null
  unknown_at: NullableTime
  own_currency: string | null
  own_hao: number | null
  own_rate: number | null
  restock_id: number | null
  cost_at: NullableTime
  cancel_state: 'asking' | 'cancelled' | 'too_late' | 'refused' | 'unknown' | null
  cancel_by: string | null
  cancel_note: string | null
  cancel_said: string | null
  cancel_asked_at: NullableTime
  cancel_answered_at: NullableTime
}

export type SuppliersRoutes = {
  tenant_id: number
  sku_id: number
  policy: Generated<'cheapest' | 'fastest' | 'reliable' | 'weighted' | 'fixed'>
  least_margin_fen: Generated<number | null>
  updated_at: DefaultedTime
  updated_by: Generated<string>
  source: Generated<'own' | 'own_first' | 'supplier_first'>
  account_check: Generated<'off' | 'advise' | 'require'>
}

export type SuppliersStatementMaps = {
  tenant_id: number
  supplier_id: number
  columns: Json
  updated_at: DefaultedTime
  updated_by: Generated<string>
}

export type SuppliersStrayFloods = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  more: Generated<number>
  last_ref: Generated<string>
  began_at: DefaultedTime
  last_at: DefaultedTime
  told_at: DefaultedTime
  handled_by: string | null
  handled_note: string | null
  handled_at: NullableTime
}

export type SuppliersStrays = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  named: 'own' | 'order' | 'piece'
  ref: string
  claim: Generated<'done' | 'failed' | 'unclear'>
  state: Generated<'asking' | 'open' | 'explained' | 'handled'>
  why: 'double' | 'unknown' | 'nowhere' | 'silent' | 'reversed' | 'refused' | null
  purchase_id: number | null
  said_no: Generated<string>
  said_remote_no: Generated<string>
  said_state: 'accepted' | 'done' | 'partial' | 'failed' | null
  said_cost_hao: number | null
  said_currency: string | null
  said_message: Generated<string>
  said_at: NullableTime
  heard: Generated<number>
  heard_at: DefaultedTime
  created_at: DefaultedTime
  asks: Generated<number>
  due_at: NullableTime
  opened_at: NullableTime
  handled_by: string | null
  handled_note: string | null
  handled_at: NullableTime
  handled_said: string | null
  is_borne: Generated<boolean>
}

export type SuppliersSuppliers = {
  tenant_id: number
  id: GeneratedAlways<number>
  name: string
  adapter: string
  base_url: Generated<string>
  identity: Generated<string>
  settings: DefaultedJson
  secret_sealed: Buffer | null
  state: Generated<'on' | 'paused' | 'archived'>
  concurrent: Generated<number>
  per_minute: Generated<number>
  tokens: Generated<number>
  tokens_at: DefaultedTime
  breaker: Generated<'closed' | 'open' | 'half_open'>
  failures: Generated<number>
  open_until: NullableTime
  balance_hao: number | null
  balance_at: NullableTime
  balance_alarm_fen: number | null
  synced_at: NullableTime
  sync_due_at: NullableTime
  sync_error: string | null
  contact: Generated<string>
  note: Generated<string>
  created_at: DefaultedTime
  updated_at: DefaultedTime
  profile_id: number | null
  profile_version: number | null
  low_since: NullableTime
  node_id: number | null
  file_mapping: NullableJson
  papers_until: string | null
}

export type SuppliersTasks = {
  tenant_id: number
  id: GeneratedAlways<number>
  supplier_id: number
  product_id: number
  no: string
  quantity: number
  cost_hao: number
  state: Generated<'waiting' | 'accepted' | 'done' | 'refused' | 'expired' | 'withdrawn' | 'missed'>
  staff_id: number | null
  staff_name: Generated<string>
  opened_at: DefaultedTime
  accept_by: NullableTime
  due_at: NullableTime
  work_minutes: number
  overdue_at: NullableTime
  arrived: Generated<number>
  codes_sealed: Buffer | null
  serial: Generated<string>
  note: Generated<string>
  about: Generated<string>
  ended_at: NullableTime
}

export type TenancySettings = {
  tenant_id: number
  key: string
  value: Json
  version: number
  updated_at: DefaultedTime
}

export type TenancyTenants = {
  id: Generated<number>
  slug: string
  name: string
  domain: string | null
  status: Generated<'active' | 'closed'>
  locale: Generated<'zh-CN' | 'en'>
  created_at: DefaultedTime
}

export type VaultBatchCounts = {
  tenant_id: number
  batch_id: number
  imported: Generated<number>
  available: Generated<number>
  delivered: Generated<number>
  used: Generated<number>
  void: Generated<number>
  suspect: Generated<number>
  expired: Generated<number>
}

export type VaultBatches = {
  tenant_id: number
  id: GeneratedAlways<number>
  sku_id: number
  state: Generated<'importing' | 'cancelled' | 'interrupted' | 'ready' | 'suspended' | 'undone' | 'recalling' | 'recalled'>
  file_name: Generated<string>
  separator: Generated<string>
  supplier: Generated<string>
  cost_fen: Generated<number>
  purchase_ref: Generated<string>
  valid_from: NullableTime
  valid_to: NullableTime
  note: Generated<string>
  lines_read: Generated<number>
  duplicates: Generated<number>
  invalid: Generated<number>
  bytes_read: Generated<number>
  bytes_total: number | null
  cancel_requested: Generated<boolean>
  heartbeat_at: DefaultedTime
  failure: NullableJson
  created_by: Generated<string>
  created_at: DefaultedTime
  finished_at: NullableTime
  upload_no: Generated<number>
  head_fingerprint: Buffer | null
  origin: Generated<'import' | 'generated' | 'bought'>
  pattern: string | null
  wanted: number | null
  supplier_id: number | null
  channels: string[] | null
}

export type VaultCards = {
  tenant_id: number
  id: Generated<number>
  sku_id: number
  batch_id: number
  state: Generated<'available' | 'delivered' | 'used' | 'void' | 'suspect' | 'expired'>
  sealed: Buffer
  fingerprint: Buffer
  valid_to: NullableTime
  created_at: DefaultedTime
  changed_at: DefaultedTime
  code_id: number | null
  use_no: Generated<number>
  number: string | null
  number_as: 'number' | 'masked' | null
  picked_by: number | null
  warehouse_id: number | null
}

export type VaultExports = {
  tenant_id: number
  batch_id: number
  at: DefaultedTime
  by_name: string
  by_staff_id: number
  reason: string
  codes: number
  hand_out: boolean
}

export type VaultImportLines = {
  tenant_id: number
  batch_id: number
  line_no: number
  outcome: 'duplicate' | 'invalid'
  reason: string
}

export type VaultMovements = {
  tenant_id: number
  at: DefaultedTime
  id: GeneratedAlways<number>
  card_id: number
  from_state: string
  to_state: string
  cause: string
  actor: Generated<string>
}

export type VaultRecallPieces = {
  tenant_id: number
  batch_id: number
  grant_id: number
  card_id: number
  order_no: number
  line_no: number
  state: Generated<'open' | 'queued' | 'replaced' | 'refunding' | 'left' | 'failed'>
  action: 'replace' | 'refund' | 'leave' | null
  refund_to: 'source' | 'balance' | null
  reason: Generated<string>
  chosen_by: Generated<string>
  chosen_by_id: number | null
  refund_id: number | null
  failure: NullableJson
  changed_at: DefaultedTime
  told: Generated<'recalled' | 'cleared'>
}

export type VaultRecalls = {
  tenant_id: number
  batch_id: number
  reason: string
  evidence: Generated<string>
  supplier: string
  cost_fen: number
  stopped: number | null
  begun_by: string
  begun_at: DefaultedTime
  listed_to: Generated<number>
  listed_at: NullableTime
  closed_by: string | null
  closed_at: NullableTime
  close_note: Generated<string>
  clearing_to: number | null
}

export type VaultReusedCodes = {
  tenant_id: number
  id: number
  batch_id: number
  sku_id: number
  uses: number | null
  made: number
  stopped_at: NullableTime
}

export type WholesaleBulks = {
  tenant_id: number
  key_id: number
  outer_no: string
  bulk_id: number
  request_hash: Buffer
  callback_url: string
  trace: Generated<string[]>
  placed_at: DefaultedTime
}

export type WholesaleCallbacks = {
  tenant_id: number
  id: GeneratedAlways<number>
  key_id: number
  order_no: number | null
  state: Generated<'queued' | 'delivered' | 'failed'>
  attempts: Generated<number>
  next_try_at: NullableTime
  last_error: string | null
  created_at: DefaultedTime
  ended_at: NullableTime
  bulk_id: number | null
}

export type WholesaleCalls = {
  tenant_id: number
  id: GeneratedAlways<number>
  key_id: number
  operation: string
  outer_no: string | null
  status: number
  code: string | null
  reason: string | null
  ip: string
  elapsed_ms: number
  request: string
  answer: string
  at: DefaultedTime
}

export type WholesaleDays = {
  tenant_id: number
  key_id: number
  day: string
  ordered_fen: number
  orders: number
}

export type WholesaleKeys = {
  tenant_id: number
  id: GeneratedAlways<number>
  key: string
  name: string
  member_id: number
  secret_sealed: Buffer
  previous_sealed: Buffer | null
  previous_until: NullableTime
  state: Generated<'on' | 'paused' | 'revoked'>
  scopes: string[]
  networks: Generated<string[]>
  per_minute: number
  daily_cap_fen: number | null
  opens: 'listed' | 'all'
  price_bp: number
  callback_url: Generated<string>
  gives_back: Generated<boolean>
  note: Generated<string>
  created_by: string
  created_at: DefaultedTime
  used_at: NullableTime
}

export type WholesaleNonces = {
  tenant_id: number
  key_id: number
  nonce: string
  at: DefaultedTime
}

export type WholesaleOrders = {
  tenant_id: number
  key_id: number
  outer_no: string
  order_no: number
  request_hash: Buffer
  callback_url: string
  trace: Generated<string[]>
  placed_at: DefaultedTime
  ended_because: string | null
}

export type WholesalePrices = {
  tenant_id: number
  key_id: number
  sku_id: number
  price_fen: number | null
  below_floor: Generated<boolean>
  updated_by: string
  updated_at: DefaultedTime
}

export type WholesaleRates = {
  tenant_id: number
  key_id: number
  minute: Time
  calls: number
  before: number
}

export type WholesaleReveals = {
  tenant_id: number
  id: GeneratedAlways<number>
  key_id: number
  order_no: number
  pieces: number
  ip: string
  at: DefaultedTime
}

export type DB = {
  'analytics.days': AnalyticsDays
  'analytics.entries': AnalyticsEntries
  'analytics.marks': AnalyticsMarks
  'analytics.notes': AnalyticsNotes
  'analytics.standings': AnalyticsStandings
  'analytics.sums': AnalyticsSums
  'analytics.turnover': AnalyticsTurnover
  'audit.entries': AuditEntries
  'audit.heads': AuditHeads
  'books.account_marks': BooksAccountMarks
  'books.batch_marks': BooksBatchMarks
  'books.findings': BooksFindings
  'books.marks': BooksMarks
  'books.progress': BooksProgress
  'books.runs': BooksRuns
  'books.violations': BooksViolations
  'bulk.earlier': BulkEarlier
  'bulk.lines': BulkLines
  'bulk.orders': BulkOrders
  'catalog.bundle_parts': CatalogBundleParts
  'catalog.categories': CatalogCategories
  'catalog.goods': CatalogGoods
  'catalog.goods_pictures': CatalogGoodsPictures
  'catalog.goods_tags': CatalogGoodsTags
  'catalog.picture_files': CatalogPictureFiles
  'catalog.pictures': CatalogPictures
  'catalog.price_changes': CatalogPriceChanges
  'catalog.skus': CatalogSkus
  'catalog.tags': CatalogTags
  'crypto.data_keys': CryptoDataKeys
  'entitlements.grants': EntitlementsGrants
  'events.cursors': EventsCursors
  'events.log': EventsLog
  'events.parked': EventsParked
  'events.tenant_cursors': EventsTenantCursors
  'fulfilment.activations': FulfilmentActivations
  'fulfilment.complaint_log': FulfilmentComplaintLog
  'fulfilment.complaint_pictures': FulfilmentComplaintPictures
  'fulfilment.complaint_rules': FulfilmentComplaintRules
  'fulfilment.complaints': FulfilmentComplaints
  'fulfilment.corrections': FulfilmentCorrections
  'fulfilment.desk_takes': FulfilmentDeskTakes
  'fulfilment.needs': FulfilmentNeeds
  'fulfilment.recoveries': FulfilmentRecoveries
  'fulfilment.recovery_log': FulfilmentRecoveryLog
  'fulfilment.restock_budgets': FulfilmentRestockBudgets
  'fulfilment.restock_rules': FulfilmentRestockRules
  'fulfilment.restocks': FulfilmentRestocks
  'fulfilment.service_rules': FulfilmentServiceRules
  'fulfilment.task_log': FulfilmentTaskLog
  'fulfilment.task_pictures': FulfilmentTaskPictures
  'fulfilment.tasks': FulfilmentTasks
  'identity.recovery_codes': IdentityRecoveryCodes
  'identity.roles': IdentityRoles
  'identity.sessions': IdentitySessions
  'identity.sign_in_tries': IdentitySignInTries
  'identity.staff': IdentityStaff
  'identity.staff_roles': IdentityStaffRoles
  'identity.tickets': IdentityTickets
  'jobs.schedules': JobsSchedules
  'ledger.accounts': LedgerAccounts
  'ledger.holds': LedgerHolds
  'ledger.transfers': LedgerTransfers
  'members.members': MembersMembers
  'members.sign_in_codes': MembersSignInCodes
  'notify.channels': NotifyChannels
  'notify.deliveries': NotifyDeliveries
  'notify.endpoints': NotifyEndpoints
  'notify.inbox': NotifyInbox
  'notify.messages': NotifyMessages
  'notify.rules': NotifyRules
  'notify.texts': NotifyTexts
  'notify.wecom_people': NotifyWecomPeople
  'orders.bundles': OrdersBundles
  'orders.device_codes': OrdersDeviceCodes
  'orders.devices': OrdersDevices
  'orders.lines': OrdersLines
  'orders.orders': OrdersOrders
  'organizations.nodes': OrganizationsNodes
  'payments.attempts': PaymentsAttempts
  'payments.chargebacks': PaymentsChargebacks
  'payments.claims': PaymentsClaims
  'payments.gateways': PaymentsGateways
  'payments.notices': PaymentsNotices
  'payments.receipts': PaymentsReceipts
  'payments.refunds': PaymentsRefunds
  'platform.function_files': PlatformFunctionFiles
  'platform.marks': PlatformMarks
  'platform.migrations': PlatformMigrations
  'platform.partitioned_tables': PlatformPartitionedTables
  'platform.requests': PlatformRequests
  'platform.standstills': PlatformStandstills
  'reconciliation.bill_lines': ReconciliationBillLines
  'reconciliation.bill_texts': ReconciliationBillTexts
  'reconciliation.bills': ReconciliationBills
  'reconciliation.cases': ReconciliationCases
  'reconciliation.days': ReconciliationDays
  'reconciliation.matches': ReconciliationMatches
  'reconciliation.postings': ReconciliationPostings
  'redeem.batches': RedeemBatches
  'redeem.codes': RedeemCodes
  'redeem.exports': RedeemExports
  'redeem.made_good': RedeemMadeGood
  'redeem.sales': RedeemSales
  'redeem.uses': RedeemUses
  'stock.low_marks': StockLowMarks
  'stock.moves': StockMoves
  'stock.warehouse_rules': StockWarehouseRules
  'stock.warehouses': StockWarehouses
  'suppliers.breaker_openings': SuppliersBreakerOpenings
  'suppliers.callbacks': SuppliersCallbacks
  'suppliers.doors': SuppliersDoors
  'suppliers.files': SuppliersFiles
  'suppliers.intakes': SuppliersIntakes
  'suppliers.money': SuppliersMoney
  'suppliers.offered_codes': SuppliersOfferedCodes
  'suppliers.offers': SuppliersOffers
  'suppliers.papers': SuppliersPapers
  'suppliers.price_asks': SuppliersPriceAsks
  'suppliers.price_moves': SuppliersPriceMoves
  'suppliers.price_rules': SuppliersPriceRules
  'suppliers.product_changes': SuppliersProductChanges
  'suppliers.products': SuppliersProducts
  'suppliers.profile_versions': SuppliersProfileVersions
  'suppliers.profiles': SuppliersProfiles
  'suppliers.purchase_cards': SuppliersPurchaseCards
  'suppliers.purchases': SuppliersPurchases
  'suppliers.routes': SuppliersRoutes
  'suppliers.statement_maps': SuppliersStatementMaps
  'suppliers.stray_floods': SuppliersStrayFloods
  'suppliers.strays': SuppliersStrays
  'suppliers.suppliers': SuppliersSuppliers
  'suppliers.tasks': SuppliersTasks
  'tenancy.settings': TenancySettings
  'tenancy.tenants': TenancyTenants
  'vault.batch_counts': VaultBatchCounts
  'vault.batches': VaultBatches
  'vault.cards': VaultCards
  'vault.exports': VaultExports
  'vault.import_lines': VaultImportLines
  'vault.movements': VaultMovements
  'vault.recall_pieces': VaultRecallPieces
  'vault.recalls': VaultRecalls
  'vault.reused_codes': VaultReusedCodes
  'wholesale.bulks': WholesaleBulks
  'wholesale.callbacks': WholesaleCallbacks
  'wholesale.calls': WholesaleCalls
  'wholesale.days': WholesaleDays
  'wholesale.keys': WholesaleKeys
  'wholesale.nonces': WholesaleNonces
  'wholesale.orders': WholesaleOrders
  'wholesale.prices': WholesalePrices
  'wholesale.rates': WholesaleRates
  'wholesale.reveals': WholesaleReveals
}
