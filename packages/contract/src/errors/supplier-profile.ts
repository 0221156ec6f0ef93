import { defineErrors } from './define.ts'

/** Told per field when a supplier's profile is checked (422 `errors`). */
export const supplierProfileErrors = defineErrors('supplier_profile', {
  pathInvalid: {
    status: 422,
    zh: '不是有效的取值路径；例：data.list[0].orderNo，多个备选用 | 隔开，! 表示字段内是 JSON 文本',
    en: 'Not a valid path; for example data.list[0].orderNo, alternatives separated by |, and ! after a field that holds JSON text',
  },
  settingUnknown: {
    status: 422,
    zh: '没有名为「{name}」的参数，请先在参数列表中添加',
    en: 'There is no setting named “{name}”; add it to the list of settings first',
  },
  secretUnknown: {
    status: 422,
    zh: '没有名为「{name}」的密钥，请先在参数列表中添加并标为密钥',
    en: 'There is no secret named “{name}”; add it to the list of settings and mark it as secret',
  },
  secretInAddress: {
    status: 422,
    zh: '密钥「{name}」不能写进地址或固定文字：地址会被各处记录',
    en: 'The secret “{name}” may not stand in an address or a fixed text: addresses are recorded everywhere',
  },
  textMissing: { status: 422, zh: '此来源须填写「名称或内容」', en: 'This source needs its name or text' },
  shapeMissing: {
    status: 422,
    zh: '全部充值信息须选择写法：对象、名称和值的列表、JSON 文本',
    en: 'All buyer’s fields together need a shape: object, list of name and value, or JSON text',
  },
  repeatedField: { status: 422, zh: '字段「{name}」重复', en: 'The field “{name}” stands twice' },
  ownNumberMissing: {
    status: 422,
    zh: '必须带上我方单号，否则无法防止重复下单',
    en: 'Our own number has to be sent; without it nothing keeps an order from being placed twice',
  },
  productMissing: { status: 422, zh: '必须带上商品编号', en: 'The product’s id has to be sent' },
  quantityMissing: {
    status: 422,
    zh: '没有字段带上数量；若对方每单只能买一件，请勾选「每单一件」',
    en: 'No field carries the quantity; if this supplier sells one piece an order, say so',
  },
  accountMissing: {
    status: 422,
    zh: '账号预检须带上充值账号或全部充值信息',
    en: 'Checking an account needs the account, or all of the buyer’s fields, to be sent',
  },
  verdictsIncomplete: {
    status: 422,
    zh: '账号预检的状态表须同时有「有效」和「无效」，否则谁都通过或谁都不通过',
    en: 'The states of an account check need one that means valid and one that means invalid',
  },
  bodyNeedsPost: {
    status: 422,
    zh: 'GET 请求没有正文，请把字段放在地址参数中',
    en: 'A GET has no body; put the fields into the query',
  },
  secretNotSigned: {
    status: 422,
    zh: '签名内容里没有密钥，任何人都能伪造；请加入密钥，或改用 HMAC',
    en: 'The signed text has no secret in it, so anybody could forge it; add the secret or use an HMAC',
  },
  signatureTaken: {
    status: 422,
    zh: '签名字段「{name}」与普通字段同名',
    en: 'The signature’s name “{name}” is also a field’s',
  },
  namesMissing: { status: 422, zh: '固定顺序须列出字段名', en: 'A fixed order needs the names of the fields' },
  numberNotSigned: {
    status: 422,
    zh: '回调的签名没有覆盖单号，任何人都能改单号',
    en: 'The callback’s signature does not cover the number; anybody could exchange it',
  },
  callbackNames: {
    status: 422,
    zh: '回调须给出我方单号或对方单号的位置',
    en: 'Say where the callback has our number or the supplier’s',
  },
  statesIncomplete: {
    status: 422,
    zh: '状态表至少要有一个「成功」和一个「失败」',
    en: 'The list of states needs at least one that means done and one that means failed',
  },
  stateMissing: {
    status: 422,
    zh: '查询结果必须有状态的位置',
    en: 'Say where the answer about an order has its state',
  },
  refundMissing: {
    status: 422,
    zh: '有「已退款」状态时，须给出退款金额和订单金额的位置，才能分清全退和部分退',
    en: 'A state that means refunded needs the places of the refund and of the cost, to tell a whole one from a part',
  },
  aboutMissing: {
    status: 422,
    zh: '「拒绝」须说明原因类别（库存、价格、余额……），路由按它决定是否换货源',
    en: 'A refusal needs what it is about (stock, price, balance …); the router goes by it',
  },
  ruleEmpty: {
    status: 422,
    zh: '规则须至少写一个返回码、HTTP 状态或关键字',
    en: 'A rule needs at least one code, HTTP status or word',
  },
  cardNames: {
    status: 422,
    zh: '卡密列表须给出卡密所在的字段',
    en: 'A list of cards needs the place of the card’s password',
  },
  ivMissing: { status: 422, zh: 'CBC 模式须说明初始向量', en: 'CBC needs its initial vector' },
  nameRefused: {
    status: 422,
    zh: '字段名「{name}」不可使用，请按对方文档核对',
    en: 'A field may not be called “{name}”; compare with the supplier’s documents',
  },
  headerReserved: {
    status: 422,
    zh: '请求头「{name}」由连接本身决定，不能写在模板里',
    en: 'The header “{name}” belongs to the connection and cannot be set by a profile',
  },
  tooManyWays: {
    status: 422,
    zh: '「either」写法最多用 {max} 次，请改为 plain 或 escaped',
    en: '“either” may be used {max} times at most; say plain or escaped',
  },
  jsonValue: { status: 422, zh: 'JSON 有误：此处缺少一个值', en: 'Not JSON: a value is missing here' },
  jsonComma: { status: 422, zh: 'JSON 有误：此处缺少逗号', en: 'Not JSON: a comma is missing here' },
  jsonColon: { status: 422, zh: 'JSON 有误：名称后缺少冒号', en: 'Not JSON: a colon is missing after the name' },
  jsonBrace: { status: 422, zh: 'JSON 有误：括号没有闭合', en: 'Not JSON: a bracket is not closed' },
  jsonName: {
    status: 422,
    zh: 'JSON 有误：此处应为带双引号的名称（末项后不能有逗号）',
    en: 'Not JSON: a name in double quotes belongs here (and no comma after the last one)',
  },
  jsonSymbol: {
    status: 422,
    zh: 'JSON 有误：无法识别的内容（文字须加双引号，不能有注释）',
    en: 'Not JSON: this cannot be read (texts stand in double quotes, comments are not allowed)',
  },
  jsonDeep: { status: 422, zh: '嵌套超过 {max} 层', en: 'Nested more than {max} deep' },
  jsonLong: { status: 422, zh: '内容过多：最多 {max} 项', en: 'Too much in it: {max} values at most' },
  jsonTwice: { status: 422, zh: '「{name}」重复出现，只能写一次', en: '“{name}” stands twice; write it once' },
  idTaken: {
    status: 422,
    zh: '编号「{id}」已被另一个模板使用，请换一个',
    en: 'The id “{id}” is another profile’s; choose another',
  },
  idFixed: {
    status: 422,
    zh: '编号不能修改，原为「{id}」；要另起一个模板请复制',
    en: 'The id stays “{id}”; copy the profile to start another',
  },
})
