import { defineErrors } from './define.ts'

export const workspaceErrors = defineErrors('workspace', {
  notByHand: {
    status: 409,
    zh: '这家供应商有接口，不使用工作台；如需人工供货，请另建一家「人工供货」的供应商',
    en: 'This supplier has an interface and no workspace; to buy from its people, join a supplier of the kind “by hand”',
  },
  tooManyPeople: {
    status: 409,
    zh: '一家供应商最多 {max} 个账号，请先停用不用的',
    en: 'A supplier may have {max} accounts; close one that nobody uses first',
  },
  tooManyProducts: {
    status: 409,
    zh: '最多保存 {max} 个商品，请先整理不再供应的',
    en: 'There may be {max} products; tidy up those you no longer supply first',
  },
  codeTaken: {
    status: 409,
    zh: '编码「{remoteId}」已用于另一个商品，请换一个编码',
    en: 'The code “{remoteId}” belongs to another product already; choose another',
  },
  taskMoved: {
    status: 409,
    zh: '任务状态已变化（可能已超时、被同事处理或被商家取回），请刷新后查看',
    en: 'The task has moved on: too late, done by a colleague, or taken back by the shop. Refresh to see how it stands',
  },
  taskTaken: {
    status: 409,
    zh: '供应商已接单，不能直接取回；请先与对方联系，再在采购单里认定结果',
    en: 'The supplier has accepted it, so it cannot simply be taken back; speak with them first, then settle the purchase',
  },
  codesExpected: {
    status: 422,
    zh: '这个任务要交付卡密，请粘贴或上传卡密',
    en: 'This task delivers codes; paste or upload them',
  },
  noCodesExpected: {
    status: 422,
    zh: '这个任务是直充，请填写充值凭证，不需要卡密',
    en: 'This task is a top-up; say how it was done, no codes are needed',
  },
  codesMissing: {
    status: 422,
    zh: '需要 {wanted} 条卡密，收到 {given} 条；如果只能交付一部分，请勾选「只交付这些」',
    en: '{wanted} codes are needed and {given} came; tick “deliver only these” if there are no more',
  },
  codesTooMany: {
    status: 422,
    zh: '需要 {wanted} 条卡密，收到 {given} 条，请去掉多余的',
    en: '{wanted} codes are needed and {given} came; remove what is too much',
  },
  codesInvalid: {
    status: 422,
    zh: '第 {lines} 行不能作为卡密（为空、过长或有乱码），请改正后再提交',
    en: 'Line {lines} cannot be a code (empty, too long or garbled); correct it and send again',
  },
  codesTwice: {
    status: 422,
    zh: '第 {lines} 行与前面的卡密重复，请改正后再提交',
    en: 'Line {lines} repeats a code above; correct it and send again',
  },
  codesKnown: {
    status: 422,
    zh: '第 {lines} 行的卡密你们以前交付过，请换成未使用过的',
    en: 'You have delivered the code of line {lines} before; replace it with an unused one',
  },
  fileTooLong: {
    status: 422,
    zh: '文件超过 {max} 行，请分成几个文件',
    en: 'The file has more than {max} rows; split it',
  },
  fileTooWide: {
    status: 422,
    zh: '表里的文字合计超过 {max} 个字，请删去用不到的列或分成几个文件',
    en: 'The cells have more than {max} characters in all; leave out columns that nobody needs, or split it',
  },
  fileWithoutRows: {
    status: 422,
    zh: '文件里只有表头或是空的；第一行应为表头，从第二行起一行一个商品',
    en: 'There is nothing below the headings; the first row names the columns, each further row is a product',
  },
  columnMissing: {
    status: 422,
    zh: '文件里没有「{column}」这一列，请重新选择对应的列',
    en: 'The file has no column “{column}”; choose its columns anew',
  },
  fileKnown: {
    status: 409,
    zh: '这个文件与上次导入的完全相同，没有可更新的内容；确要再导入一次请勾选「仍要导入」',
    en: 'It is the very file that was taken last, so there is nothing new in it; tick “take it all the same” to take it again',
  },
  fileOlder: {
    status: 409,
    zh: '这个文件比上次导入的旧（{modified}），可能会把价格和库存改回去；确要导入请勾选「仍要导入」',
    en: 'It is older than the last one ({modified}) and may set prices and stock back; tick “take it all the same” to take it',
  },
  fileMoved: {
    status: 409,
    zh: '这个文件已导入或已撤销，请刷新后查看',
    en: 'The file was taken or undone already; refresh to see how it stands',
  },
  fileNotLast: {
    status: 409,
    zh: '之后又导入过别的文件，只能撤销最近一次导入',
    en: 'Another file was taken since; only the last one can be undone',
  },
  fileHasMacros: {
    status: 422,
    zh: '「{fileName}」含有宏，请另存为不含宏的 .xlsx 或 .csv 再发',
    en: '“{fileName}” has macros; save it as .xlsx without macros, or as .csv, and send it again',
  },
  notAList: {
    status: 422,
    zh: '「{fileName}」不是库存价格表，只接收 .xlsx 和 .csv 文件',
    en: '“{fileName}” is no list of stock and price; only .xlsx and .csv are taken',
  },
  listTooBig: {
    status: 422,
    zh: '「{fileName}」超过 {limitMb} MB，请分成几个文件',
    en: '“{fileName}” has more than {limitMb} MB; split it',
  },
  notAPlainFile: {
    status: 422,
    zh: '「{fileName}」是链接或特殊文件，没有读取；请放入普通文件',
    en: '“{fileName}” is a link or a special file and was not read; put a plain file there',
  },
  columnsUnknown: {
    status: 422,
    zh: '认不出哪一列是商品编码，请由商家选择对应的列，之后会自动对应',
    en: 'No column looks like the product code; the shop says once which one it is, and it is remembered',
  },
  columnsGuessed: {
    status: 422,
    zh: '第一次收到这样的表头，各列是猜的，请由商家确认一次；之后收到就立即更新',
    en: 'These headings came for the first time, so the columns are a guess; the shop confirms them once, and lists are taken at once from then on',
  },
  senderUnknown: {
    status: 403,
    zh: '发件地址 {sender} 不在允许的名单里',
    en: 'The address {sender} is not one that mails are taken from',
  },
  mailUnsigned: {
    status: 403,
    zh: '邮件没有 {domain} 的有效 DKIM 签名，无法确认发件人',
    en: 'The mail has no valid DKIM signature of {domain}, so its sender is not certain',
  },
  mailRejected: {
    status: 403,
    zh: '{domain} 声明不是它发出的邮件应当拒收（DMARC），而这封邮件无法证明由它发出',
    en: '{domain} asks for mails that nothing proves to be its own to be refused (DMARC), and nothing proves this one',
  },
  mailElsewhere: {
    status: 403,
    zh: '邮件写给了另一个收表地址，可能是转来的；请把这里的收件地址写进收件人或抄送',
    en: 'The mail is addressed to another list and may have been passed on; write this address into To or Cc',
  },
  doorNotSetUp: {
    status: 409,
    zh: '服务器还没有启用这种收表方式，请先由运维人员配置（见运维文档）',
    en: 'This installation does not take lists that way yet; whoever runs it sets it up first (see operations)',
  },
  sendersMissing: {
    status: 422,
    zh: '开启邮件收表前，请至少填写一个允许的发件地址',
    en: 'Name at least one address that mails are taken from before opening the mail door',
  },
  intakeMoved: {
    status: 409,
    zh: '这份表已处理，或已有更新的一份，请刷新后查看',
    en: 'This list was dealt with, or a newer one came; refresh and look again',
  },
  offerMoved: {
    status: 409,
    zh: '这批卡密已处理或已撤回，请刷新后查看',
    en: 'These codes were dealt with or withdrawn; refresh and look again',
  },
  offerNotCodes: {
    status: 422,
    zh: '「{product}」不是卡密商品，不能寄送卡密',
    en: '“{product}” does not come as codes, so none can be offered for it',
  },
  offerWithoutCodes: {
    status: 422,
    zh: '没有读到卡密，请粘贴或选择文件，一行一条',
    en: 'There are no codes in it; paste or choose some, one a line',
  },
  offerTooMany: {
    status: 422,
    zh: '一批最多 {max} 条卡密，请分成几批',
    en: 'A batch has {max} codes at most; offer them in several',
  },
  tooManyOffers: {
    status: 409,
    zh: '还有 {max} 批卡密等商家处理，请等处理后再提交',
    en: '{max} batches still wait for the shop; offer more when it has looked at them',
  },
  offerForSku: {
    status: 422,
    zh: '这个规格不能收寄送的卡密（不是卡密规格、已删除、可发多次或自选号码），请选择其他规格',
    en: 'This variant cannot take offered codes: it sells none, is gone, uses codes several times or sells chosen numbers. Choose another',
  },
  offerPaperEnded: {
    status: 409,
    zh: '该供应商有一份必需的合同或资质已到期，不能再收他的卡密；请更新文件后再收',
    en: 'A contract or licence that buying from this supplier depends on has ended; renew it before taking codes',
  },
  offerExpired: {
    status: 422,
    zh: '卡密有效期已过或不在将来，请填写将来的日期',
    en: 'The codes would have expired already; give a day in the future',
  },
  priceMoved: {
    status: 409,
    zh: '供应商又改了报价，或已有人处理，请刷新后再决定',
    en: 'The supplier has changed the price again, or somebody has decided already; refresh and decide anew',
  },
})
