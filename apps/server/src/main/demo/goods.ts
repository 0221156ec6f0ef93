import type { goodsInput } from '@quanshu/contract'
import type { z } from 'zod'
import type { Art } from './card-art.ts'

/** How the demo's own codes of one SKU look; `#` a digit, `@` a capital letter or digit, the rest as it is. */
export type CodeStyle = { readonly pattern: string; readonly count: number; readonly costFen: number }

type Sku = z.input<typeof goodsInput>['skus'][number] & { readonly codes: CodeStyle }

/** Goods of the demo shop: invented brands, as `createGoods` takes them, with what the seed adds. */
export type DemoGoods = Omit<z.input<typeof goodsInput>, 'skus' | 'categoryId' | 'pictureIds'> & {
  /** Name of one of `demoCategories`. */
  readonly category: string
  readonly art: Art
  readonly skus: readonly Sku[]
}

type DemoCategory = {
  readonly name: string
  readonly nameEn: string
  readonly icon: string
  readonly children?: readonly { readonly name: string; readonly nameEn: string }[]
}

export const demoCategories: readonly DemoCategory[] = [
  {
    name: '影音娱乐',
    nameEn: 'Video & Audio',
    icon: '',
    children: [
      { name: '视频会员', nameEn: 'Video' },
      { name: '音乐听书', nameEn: 'Music & Audiobooks' },
    ],
  },
  { name: '办公效率', nameEn: 'Work', icon: '' },
  { name: '游戏畅玩', nameEn: 'Games', icon: '' },
  { name: '阅读学习', nameEn: 'Reading & Learning', icon: '' },
  { name: '云盘工具', nameEn: 'Cloud & Tools', icon: '' },
  { name: '吃喝出行', nameEn: 'Food & Travel', icon: '' },
]

export const demoTags: readonly { readonly name: string; readonly nameEn: string }[] = [
  { name: '热卖', nameEn: 'Bestseller' },
  { name: '新品', nameEn: 'New' },
  { name: '秒发', nameEn: 'Instant' },
  { name: '程序员礼包', nameEn: 'For developers' },
  { name: '家庭礼包', nameEn: 'For families' },
  { name: '学生党', nameEn: 'For students' },
  { name: '节日送礼', nameEn: 'Gift ideas' },
]

const yuan = (amount: number): number => Math.round(amount * 100)

/** A month, a quarter, a year of a membership. */
function terms(
  prices: readonly [number, number, number],
  market: readonly [number, number, number],
  prefix: string,
): Sku[] {
  const names = [
    ['月卡', 'Monthly', '1 个月'],
    ['季卡', 'Quarterly', '3 个月'],
    ['年卡', 'Yearly', '12 个月'],
  ] as const
  const counts = [320, 120, 46]
  return names.map(([title, titleEn, term], index) => ({
    title,
    titleEn,
    specs: { 时长: term },
    priceFen: yuan(prices[index] ?? 0),
    marketPriceFen: yuan(market[index] ?? 0),
    costHintFen: yuan((prices[index] ?? 0) * 0.82),
    tiers:
      index === 2
        ? []
        : [10, 50].map((minQty, tier) => ({
            minQty,
            unitPriceFen: Math.floor(yuan(prices[index] ?? 0) * (0.97 - tier * 0.03)),
          })),
    lowStockAt: 20,
    codes: {
      pattern: `${prefix}${'MQY'[index]}@@@@@@@@@@@@`,
      count: counts[index] ?? 0,
      costFen: yuan((prices[index] ?? 0) * 0.82),
    },
  }))
}

type Variant = readonly [title: string, titleEn: string, price: number, market: number | null, count: number]

/** Variants that are not terms. */
function variants(pattern: string, rows: readonly Variant[], extra: Partial<Sku> = {}): Sku[] {
  return rows.map(([title, titleEn, price, market, count]) => ({
    title,
    titleEn,
    priceFen: yuan(price),
    marketPriceFen: market === null ? null : yuan(market),
    costHintFen: yuan(price * 0.86),
    lowStockAt: 15,
    codes: { pattern, count, costFen: yuan(price * 0.86) },
    ...extra,
  }))
}

const guide = (place: string, path: string, notes: readonly string[]): string =>
  `## 怎么用

1. 打开 **${place}**，登录您自己的账号。
2. 进入 **${path}**。
3. 粘贴卡密，点「兑换」，权益立即到账。

## 请留意

${notes.map((note) => `- ${note}`).join('\n')}
- 卡密一经显示即视为交付，请勿截图发给他人。
- 兑换遇到问题，请保留订单号联系客服，我们当天处理。`

const guideEn = (place: string, path: string, notes: readonly string[]): string =>
  `## How to use it

1. Open **${place}** and sign in with your own account.
2. Go to **${path}**.
3. Paste the code and tap **Redeem**; it takes effect at once.

## Please note

${notes.map((note) => `- ${note}`).join('\n')}
- A code counts as delivered once it is shown; do not share screenshots of it.
- Trouble redeeming? Contact us with the order number; we answer the same day.`

const description = (lead: string, points: readonly string[]): string =>
  `${lead}\n\n${points.map((point) => `- ${point}`).join('\n')}`

export const demoGoods: readonly DemoGoods[] = [
  {
    title: '星幕视频 会员卡',
    titleEn: 'Xingmu Video membership',
    subtitle: '院线新片、独播剧集，免广告看全集',
    subtitleEn: 'New films and exclusive series, without ads',
    category: '视频会员',
    tags: ['热卖', '秒发'],
    position: 100,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#d4dcff', '#5b5bd6'],
      body: ['#6d6ff5', '#2f2a85'],
      accent: '#f7b23b',
      texture: 'rings',
    },
    description: description('一张卡，看遍星幕全部会员内容。', [
      '1080P 高清，支持手机、平板、电脑',
      '2 台设备同时观看',
      '会员抢先看、会员专享片库',
      '到期不自动续费，用多少买多少',
    ]),
    descriptionEn: description('One card for the whole Xingmu library.', [
      '1080p on phone, tablet and computer',
      'Two devices at the same time',
      'Early access and members-only titles',
      'No automatic renewal',
    ]),
    guide: guide('星幕视频 App', '我的 → 会员中心 → 兑换会员', [
      '可叠加时长，已是会员也能用。',
      '请在有效期（购买后 180 天）内兑换。',
    ]),
    guideEn: guideEn('the Xingmu app', 'Me → Membership → Redeem', [
      'Terms add up; members can redeem too.',
      'Redeem within 180 days of purchase.',
    ]),
    skus: terms([19.9, 53, 178], [25, 68, 238], 'XM'),
  },
  {
    title: '星幕视频 会员直充',
    titleEn: 'Xingmu Video top-up',
    subtitle: '填手机号直接到账，不用兑换',
    subtitleEn: 'Straight onto your account, nothing to redeem',
    category: '视频会员',
    tags: ['热卖', '新品'],
    position: 90,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#dff3ec', '#2f9e78'],
      body: ['#3fbf94', '#145c46'],
      accent: '#f7b23b',
      texture: 'rays',
    },
    description: description('输入星幕账号绑定的手机号，付款后自动充值。', [
      '通常几十秒到账，订单页实时显示进度',
      '可为家人朋友代充',
      '账号有误时由客服联系更正或退款',
    ]),
    descriptionEn: description('Enter the phone number of the Xingmu account; it is topped up once you have paid.', [
      'Usually there within a minute; the order page shows how it goes on',
      'For family and friends too',
      'If the account is wrong, support corrects it with you or refunds',
    ]),
    guide: `## 怎么查看

1. 打开 **星幕视频 App**，登录充值的账号。
2. 进入 **我的 → 会员中心**，查看到期时间。

## 注意

- 充值成功后无法撤回，下单前请核对账号。
- 已是会员的账号，时长自动顺延。`,
    guideEn: `## Where to see it

1. Open the **Xingmu app** with the account that was topped up.
2. **Me → Membership** shows until when it runs.

## Please note

- A top-up cannot be taken back; check the account before you order.
- Terms add up for accounts that are members already.`,
    formFields: [
      {
        key: 'account',
        labelZh: '充值手机号',
        labelEn: 'Phone number of the account',
        type: 'phone',
        hintZh: '星幕账号绑定的手机号',
        hintEn: 'The number the Xingmu account is bound to',
        confirmTwice: true,
      },
    ],
    skus: [
      {
        title: '月卡直充',
        titleEn: 'Monthly',
        specs: { 时长: '1 个月' },
        kind: 'topup',
        priceFen: 1990,
        marketPriceFen: 3000,
        lowStockAt: null,
        codes: { pattern: '', count: 0, costFen: 0 },
      },
    ],
  },
  {
    title: '星幕视频 老账号代办',
    titleEn: 'Xingmu Video, upgraded by hand',
    subtitle: '客服为您办理，适合不能直充的老账号',
    subtitleEn: 'Done by our staff, for accounts that cannot be topped up',
    category: '视频会员',
    tags: [],
    position: 75,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#f3ece0', '#b98a4a'],
      body: ['#d9a65a', '#6a431b'],
      accent: '#fff1cf',
      texture: 'rays',
    },
    description: description('付款后由客服为您办理，完成后附上凭证；一般 2 小时内完成，开始办理前可随时取消。', [
      '适合绑定了旧手机号、不能自助直充的账号',
      '信息填错时会请您更正，等待期间不计入时限',
      '完成后在订单页查看凭证',
    ]),
    descriptionEn: description(
      'Once you have paid, our staff does it for you and shows you the proof, usually within two hours. Until somebody begins you may cancel.',
      [
        'For accounts bound to an old phone number, which cannot be topped up',
        'If something is mistyped we ask you, and the time does not count',
        'The proof is on your order page',
      ],
    ),
    guide: `## 怎么查看

1. 完成后打开订单页，查看 **完成凭证**。
2. 打开 **星幕视频 App**，进入 **我的 → 会员中心** 核对到期时间。`,
    guideEn: `## Where to see it

1. When it is done, the **proof** is on your order page.
2. **Me → Membership** in the **Xingmu app** shows until when it runs.`,
    formFields: [
      {
        key: 'phone',
        labelZh: '会员手机号',
        labelEn: 'Phone number of the account',
        type: 'phone',
        confirmTwice: true,
      },
    ],
    skus: [
      {
        title: '年卡代充',
        titleEn: 'A year',
        specs: { 时长: '12 个月' },
        kind: 'service',
        priceFen: 15800,
        marketPriceFen: 19800,
        lowStockAt: null,
        codes: { pattern: '', count: 0, costFen: 0 },
      },
    ],
  },
  {
    title: '流明影院 4K 家庭会员',
    titleEn: 'Liuming Cinema 4K family plan',
    subtitle: '电视大屏 4K HDR，全家 5 个账号',
    subtitleEn: '4K HDR on the big screen, five profiles',
    category: '视频会员',
    tags: ['家庭礼包', '节日送礼'],
    position: 70,
    art: {
      mark: 'liuming',
      word: 'LIUMING',
      form: 'card',
      sky: ['#ffe3d3', '#e0633f'],
      body: ['#3a3f55', '#14161f'],
      accent: '#ff7a4d',
      texture: 'rays',
    },
    description: description('把客厅变成影厅。', [
      '4K HDR 与全景声',
      '5 个家庭账号，4 台设备同时看',
      '青少年模式与观看时长管理',
    ]),
    descriptionEn: description('Turn the living room into a cinema.', [
      '4K HDR and spatial sound',
      'Five profiles, four screens at once',
      'Parental controls',
    ]),
    guide: guide('流明影院（电视端或 App）', '账号 → 兑换码', [
      '家庭主账号兑换后，邀请家人加入即可。',
      '电视端需 3.0 以上版本。',
    ]),
    guideEn: guideEn('Liuming Cinema on TV or phone', 'Account → Redeem code', [
      'The owner redeems, then invites the family.',
      'TVs need version 3.0 or newer.',
    ]),
    skus: terms([35, 96, 328], [45, 128, 448], 'LM'),
  },
  {
    title: '蓝鹊音乐 无损会员',
    titleEn: 'Lanque Music lossless',
    subtitle: '无损音质、离线下载、无广告',
    subtitleEn: 'Lossless, offline, no ads',
    category: '音乐听书',
    tags: ['热卖', '秒发', '学生党'],
    position: 95,
    art: {
      mark: 'lanque',
      word: 'LANQUE',
      form: 'card',
      sky: ['#cdeffd', '#2a7fb8'],
      body: ['#2f9fe0', '#0d3c78'],
      accent: '#7ee0d2',
      texture: 'waves',
    },
    description: description('两千万首，听得见细节。', ['24bit 无损与空间音频', '不限量离线下载', '会员专属电台']),
    descriptionEn: description('Twenty million songs, every detail.', [
      '24-bit lossless and spatial audio',
      'Unlimited downloads',
      'Members-only radio',
    ]),
    guide: guide('蓝鹊音乐 App', '侧边栏 → 会员 → 使用兑换码', ['与连续包月互不影响，时长顺延。']),
    guideEn: guideEn('the Lanque app', 'Menu → Membership → Use a code', ['Adds to a running subscription.']),
    skus: terms([12.8, 35, 118], [18, 48, 168], 'LQ'),
  },
  {
    title: '回声听书 畅听卡',
    titleEn: 'Huisheng audiobook pass',
    subtitle: '通勤路上听完一本好书',
    subtitleEn: 'Finish a good book on your commute',
    category: '音乐听书',
    tags: ['新品'],
    position: 40,
    art: {
      mark: 'huisheng',
      word: 'HUISHENG',
      form: 'card',
      sky: ['#ffe0ec', '#c2417c'],
      body: ['#e0548f', '#6b1d4d'],
      accent: '#ffc5a1',
      texture: 'rings',
    },
    description: description('名家演播，章章不断。', [
      '十万小时有声书与播客',
      '倍速、定时、断点续听',
      '车载与手表端同步',
    ]),
    descriptionEn: description('Read by the best voices.', [
      '100,000 hours of books and podcasts',
      'Speed, timer, resume',
      'In the car and on the watch',
    ]),
    guide: guide('回声听书 App', '我的 → 兑换中心', ['个别单独付费的新书不在范围内。']),
    guideEn: guideEn('the Huisheng app', 'Me → Redeem', ['A few new titles are sold separately.']),
    skus: [
      ...terms([15, 39.9, 129], [20, 55, 188], 'HS'),
      ...variants('HSW#-@@@@-@@@@', [['周卡 积分换购', 'Week, with points', 4.9, null, 80]], { pricePoints: 500 }),
    ],
  },
  {
    title: '砚台办公 专业版',
    titleEn: 'Yantai Office Pro',
    subtitle: '文档、表格、演示，一套协作到底',
    subtitleEn: 'Documents, sheets and slides, together',
    category: '办公效率',
    tags: ['热卖', '秒发'],
    position: 88,
    stockDisplay: 'exact',
    art: {
      mark: 'yantai',
      word: 'YANTAI',
      form: 'tile',
      sky: ['#e3f1e6', '#5fa777'],
      body: ['#35b27a', '#0b5a45'],
      accent: '#0f766e',
      texture: 'dots',
    },
    description: description('一人创作，多人协作。', [
      '全部专业模板与字体',
      'PDF 编辑、转换、签名',
      '1 TB 云空间，版本历史 365 天',
      '个人版绑定 3 台设备',
    ]),
    descriptionEn: description('Write alone, finish together.', [
      'All professional templates and fonts',
      'Edit, convert and sign PDF',
      '1 TB of space, 365 days of history',
      'Personal: three devices',
    ]),
    guide: guide('砚台办公（电脑或手机）', '账户 → 激活专业版', [
      '个人版不可转移到其他账号。',
      '团队版激活后在「成员管理」里邀请同事。',
    ]),
    guideEn: guideEn('Yantai Office on computer or phone', 'Account → Activate Pro', [
      'A personal licence stays with its account.',
      'Teams invite members under Members.',
    ]),
    skus: variants('YT##-@@@@-@@@@-@@@@', [
      ['个人版 1 年', 'Personal, 1 year', 139, 199, 160],
      ['个人版 3 年', 'Personal, 3 years', 358, 499, 60],
      ['团队版 5 席 1 年', 'Team of 5, 1 year', 599, 799, 24],
    ]),
  },
  {
    title: '纸鹤笔记 高级会员',
    titleEn: 'Zhihe Notes Premium',
    subtitle: '双链笔记，多端同步，永久历史',
    subtitleEn: 'Linked notes on every device, for ever',
    category: '办公效率',
    tags: ['学生党', '程序员礼包'],
    position: 52,
    art: {
      mark: 'zhihe',
      word: 'ZHIHE',
      form: 'tile',
      sky: ['#fff0d6', '#e8a13a'],
      body: ['#ffb648', '#d9641e'],
      accent: '#f59e0b',
      texture: 'waves',
    },
    description: description('想法折成一只纸鹤。', ['双向链接与知识图谱', '网页剪藏、OCR、录音转写', '端到端加密']),
    descriptionEn: description('Fold a thought into a crane.', [
      'Backlinks and graph',
      'Clipper, OCR and transcription',
      'End-to-end encrypted',
    ]),
    guide: guide('纸鹤笔记', '设置 → 会员 → 兑换', ['学生认证用户可与教育优惠叠加。']),
    guideEn: guideEn('Zhihe Notes', 'Settings → Membership → Redeem', ['Stacks with the student discount.']),
    skus: terms([9.9, 26, 88], [15, 39, 128], 'ZH'),
  },
  {
    title: '码匠云 IDE 开发者套餐',
    titleEn: 'Majiang Cloud IDE for developers',
    subtitle: '打开浏览器就写代码，8 核 16G 云端环境',
    subtitleEn: 'Code in the browser on 8 cores and 16 GB',
    category: '办公效率',
    tags: ['程序员礼包', '新品'],
    position: 60,
    stockDisplay: 'hidden',
    limitPerPerson: 5,
    art: {
      mark: 'majiang',
      word: 'MAJIANG',
      form: 'tile',
      sky: ['#d7dbe8', '#4a5578'],
      body: ['#3b4a6b', '#141a2e'],
      accent: '#60a5fa',
      texture: 'dots',
    },
    description: description('换一台电脑，环境还在。', [
      '8 核 16G，秒级启动',
      'Git、容器、数据库一键就绪',
      '结对编程与代码评审',
    ]),
    descriptionEn: description('Change computers, keep the workspace.', [
      '8 cores, 16 GB, up in seconds',
      'Git, containers and databases ready',
      'Pair programming and review',
    ]),
    guide: guide('码匠云控制台', '账户 → 套餐 → 兑换', ['每个账号最多叠加 5 份。', '核时当月有效，次月清零重计。']),
    guideEn: guideEn('the Majiang console', 'Account → Plan → Redeem', [
      'At most five per account.',
      'Core hours reset every month.',
    ]),
    skus: variants('MJ-@@@@@-@@@@@-@@@@@', [
      ['开发者 1 个月', 'Developer, 1 month', 49, 69, 90],
      ['开发者 12 个月', 'Developer, 12 months', 468, 828, 30],
    ]),
  },
  {
    title: '像素岛 点券',
    titleEn: 'Pixel Isle coins',
    subtitle: '全服通用，皮肤、通行证随心换',
    subtitleEn: 'For every server: skins, passes and more',
    category: '游戏畅玩',
    tags: ['热卖', '秒发'],
    position: 98,
    art: {
      mark: 'pixel',
      word: 'PIXELISLE',
      form: 'ticket',
      sky: ['#d9f7d6', '#3f9e5b'],
      body: ['#46b86a', '#14532d'],
      accent: '#ffd24a',
      texture: 'dots',
    },
    description: description('上岛，盖你的世界。', ['安卓、苹果、电脑全平台通用', '面值越大越划算', '点券永久有效']),
    descriptionEn: description('Build your own world.', [
      'Android, iOS and PC',
      'Larger packs cost less',
      'Coins never expire',
    ]),
    guide: guide('像素岛游戏内', '商店 → 点券 → 使用兑换码', [
      '每个兑换码只能用一次，请核对登录的角色。',
      '未成年人请在监护人陪同下充值。',
    ]),
    guideEn: guideEn('Pixel Isle', 'Shop → Coins → Use a code', [
      'Codes work once; check which character is signed in.',
      'Minors need a guardian.',
    ]),
    skus: variants('PX@@@@-@@@@-@@@@', [
      ['300 点券', '300 coins', 29, 30, 400],
      ['980 点券', '980 coins', 89, 98, 260],
      ['1980 点券', '1980 coins', 175, 198, 120],
      ['6480 点券', '6480 coins', 560, 648, 8],
    ]),
  },
  {
    title: '星轨战记 月之契约',
    titleEn: 'Xinggui Saga moon contract',
    subtitle: '30 天每日登录领星晶',
    subtitleEn: 'Star crystals every day for 30 days',
    category: '游戏畅玩',
    tags: ['新品', '秒发'],
    position: 66,
    art: {
      mark: 'xinggui',
      word: 'XINGGUI',
      form: 'card',
      sky: ['#dcd3ff', '#5a37b8'],
      body: ['#7a4fe0', '#22104f'],
      accent: '#ff8fb8',
      texture: 'rings',
    },
    description: description('签下契约，每天有星光。', [
      '立即获得 300 星晶',
      '此后 30 天每天 90 星晶',
      '可叠加至 180 天',
    ]),
    descriptionEn: description('A little light every day.', [
      '300 crystals at once',
      '90 more each day for 30 days',
      'Stacks up to 180 days',
    ]),
    guide: guide('星轨战记游戏内', '设置 → 账号 → 兑换礼包', [
      '请确认服务器为「国服」。',
      '兑换后奖励在 10 分钟内发到邮箱。',
    ]),
    guideEn: guideEn('Xinggui Saga', 'Settings → Account → Redeem', [
      'For the mainland servers only.',
      'Rewards arrive by in-game mail in 10 minutes.',
    ]),
    formFields: [
      {
        key: 'server',
        labelZh: '所在大区',
        labelEn: 'Server',
        type: 'select',
        hintZh: '仅用于售后核对',
        hintEn: 'For after-sales only',
        options: [
          { value: 'aurora', labelZh: '极光', labelEn: 'Aurora' },
          { value: 'borealis', labelZh: '北冕', labelEn: 'Borealis' },
          { value: 'cygnus', labelZh: '天鹅', labelEn: 'Cygnus' },
        ],
      },
      {
        key: 'uid',
        labelZh: '游戏 UID',
        labelEn: 'Player UID',
        type: 'text',
        pattern: '\\d{9}',
        confirmTwice: true,
        hintZh: '9 位数字，在游戏主界面右下角',
        hintEn: '9 digits, bottom right of the main screen',
      },
    ],
    skus: variants('XG@@@@@@@@@@', [
      ['月之契约 30 天', 'Moon contract, 30 days', 28, 30, 220],
      ['月之契约 90 天', 'Moon contract, 90 days', 80, 90, 70],
    ]),
  },
  {
    title: '逐鹿加速器 时长卡',
    titleEn: 'Zhulu game accelerator',
    subtitle: '全球专线，低延迟不掉线',
    subtitleEn: 'Private routes, low latency',
    category: '游戏畅玩',
    tags: ['秒发'],
    position: 45,
    art: {
      mark: 'zhulu',
      word: 'ZHULU',
      form: 'card',
      sky: ['#ffe1da', '#d13b2f'],
      body: ['#f0523f', '#5e1014'],
      accent: '#2b2f3a',
      texture: 'rays',
    },
    description: description('快人一步，是一种礼貌。', [
      '电竞专线，覆盖 200+ 款游戏',
      '电脑、手机、主机通用',
      '按小时计，不用不扣',
    ]),
    descriptionEn: description('One step ahead.', [
      'Over 200 games',
      'PC, phone and console',
      'Billed by the hour of use',
    ]),
    guide: guide('逐鹿加速器', '个人中心 → 时长兑换', ['时长卡有效期 1 年。']),
    guideEn: guideEn('Zhulu', 'Profile → Redeem hours', ['Hours are valid for a year.']),
    skus: variants('ZL-####-@@@@@@', [
      ['50 小时', '50 hours', 15, 20, 180],
      ['200 小时', '200 hours', 52, 75, 90],
      ['包年不限时', 'Unlimited, 1 year', 199, 298, 0],
    ]),
  },
  {
    title: '万卷阅读 畅读卡',
    titleEn: 'Wanjuan reading pass',
    subtitle: '百万电子书，出版新书同步读',
    subtitleEn: 'A million e-books, new releases included',
    category: '阅读学习',
    tags: ['学生党', '节日送礼'],
    position: 74,
    art: {
      mark: 'wanjuan',
      word: 'WANJUAN',
      form: 'card',
      sky: ['#efe6d2', '#a8874f'],
      body: ['#2f5d50', '#12302a'],
      accent: '#d9a441',
      texture: 'waves',
    },
    description: description('读万卷书，从一张卡开始。', [
      '百万册正版电子书与杂志',
      '墨水屏、手机、网页同步进度',
      '想法、划线、书单',
    ]),
    descriptionEn: description('A thousand volumes in one card.', [
      'A million licensed books and magazines',
      'Progress on e-ink, phone and web',
      'Notes, highlights, lists',
    ]),
    guide: guide('万卷阅读', '我 → 卡券 → 添加卡密', ['可转赠：把未兑换的卡密交给朋友即可。']),
    guideEn: guideEn('Wanjuan', 'Me → Cards → Add a code', ['A gift: hand an unused code to a friend.']),
    skus: terms([13, 36, 118], [19, 50, 168], 'WJ'),
  },
  {
    title: '知更课堂 学习卡',
    titleEn: 'Zhigeng Classroom pass',
    subtitle: '职场、语言、编程，300 门精品课',
    subtitleEn: '300 courses: career, languages, coding',
    category: '阅读学习',
    tags: ['程序员礼包', '学生党'],
    position: 36,
    art: {
      mark: 'zhigeng',
      word: 'ZHIGENG',
      form: 'card',
      sky: ['#d9f3f0', '#2b8f8a'],
      body: ['#1fa79c', '#0a4550'],
      accent: '#ffb84d',
      texture: 'dots',
    },
    description: description('每天二十分钟，走上一级台阶。', [
      '300 门课随便学',
      '作业批改与结业证书',
      '离线下载到手机',
    ]),
    descriptionEn: description('Twenty minutes a day, one step up.', [
      'All 300 courses',
      'Graded homework and certificates',
      'Offline on the phone',
    ]),
    guide: guide('知更课堂', '我的 → 学习卡 → 激活', ['激活后开始计时，建议准备好再激活。']),
    guideEn: guideEn('Zhigeng', 'Me → Pass → Activate', ['Time runs from activation.']),
    skus: variants('ZG@@@@@@@@@@@@', [
      ['90 天全站通', '90 days, all courses', 99, 159, 110],
      ['365 天全站通', '365 days, all courses', 298, 498, 40],
    ]),
  },
  {
    title: '岚盘云存储 超级会员',
    titleEn: 'Lanpan cloud storage',
    subtitle: '5 TB 空间，满速上传下载',
    subtitleEn: '5 TB at full speed',
    category: '云盘工具',
    tags: ['热卖', '秒发', '程序员礼包'],
    position: 92,
    art: {
      mark: 'lanpan',
      word: 'LANPAN',
      form: 'tile',
      sky: ['#dff2ff', '#6fb1ea'],
      body: ['#45b8ff', '#1d56d8'],
      accent: '#0ea5e9',
      texture: 'rings',
    },
    description: description('照片、资料、代码，一处安放。', [
      '5 TB 空间，单文件 100 GB',
      '满速下载，在线解压与预览',
      '相册智能整理，回收站 90 天',
    ]),
    descriptionEn: description('One place for photos, papers and code.', [
      '5 TB, files up to 100 GB',
      'Full speed, unzip and preview online',
      'Smart albums, 90 days of trash',
    ]),
    guide: guide('岚盘 App 或网页', '会员中心 → 卡密兑换', ['超级会员与普通会员时长可相互折算。']),
    guideEn: guideEn('the Lanpan app or site', 'Membership → Redeem', ['Plain membership converts.']),
    skus: terms([22, 59, 198], [30, 80, 278], 'LP'),
  },
  {
    title: '焙山咖啡 饮品券',
    titleEn: 'Beishan Coffee voucher',
    subtitle: '任意门店、任意大杯，不限口味',
    subtitleEn: 'Any large drink in any shop',
    category: '吃喝出行',
    tags: ['热卖', '节日送礼'],
    position: 84,
    art: {
      mark: 'beishan',
      word: 'BEISHAN',
      form: 'ticket',
      sky: ['#fbe8d3', '#c98a58'],
      body: ['#9c5f3a', '#432417'],
      accent: '#eab676',
      texture: 'waves',
    },
    description: description('山间烘焙，现磨一杯。', [
      '全国门店通用，外带堂食均可',
      '大杯任意饮品一杯',
      '不找零，可叠加使用',
    ]),
    descriptionEn: description('Roasted in the hills.', [
      'Every shop, in or to go',
      'One large drink of your choice',
      'No change given; may be combined',
    ]),
    guide: `## 怎么用\n\n1. 到店点单，或打开 **焙山咖啡小程序 → 我的 → 券包 → 添加券码**。\n2. 结账时出示券码，店员扫码即可。\n\n## 请留意\n\n- 有效期：购买后 90 天，节假日可用。\n- 定制杯、周边商品不参与。\n- 券码只能用一次，请勿转发给陌生人。`,
    guideEn: `## How to use it\n\n1. Order in a shop, or add the code in **the Beishan mini program → Me → Vouchers**.\n2. Show the code at the counter.\n\n## Please note\n\n- Valid for 90 days, holidays included.\n- Not for merchandise.\n- Each code works once.`,
    skus: variants(
      'BS####-####-####',
      [
        ['单杯券', 'One drink', 19.9, 32, 500],
        ['5 杯券包', 'Five drinks', 92, 160, 80],
      ],
      { allocation: 'fefo' },
    ),
  },
  {
    title: '半夏茶饮 20 元代金券',
    titleEn: 'Banxia Tea ¥20 voucher',
    subtitle: '满 20 可用，外卖到店都行',
    subtitleEn: '¥20 off, delivery or in the shop',
    category: '吃喝出行',
    tags: ['秒发', '学生党'],
    position: 58,
    art: {
      mark: 'banxia',
      word: 'BANXIA',
      form: 'ticket',
      sky: ['#eef7d2', '#86b04a'],
      body: ['#6fae3d', '#28551f'],
      accent: '#f4d35e',
      texture: 'rays',
    },
    description: description('一口清凉，半夏正好。', ['全国 800+ 门店', '可与会员折扣同享', '一单最多用 3 张']),
    descriptionEn: description('A cool sip.', [
      'More than 800 shops',
      'Combines with the members’ price',
      'Up to three an order',
    ]),
    guide: `## 怎么用\n\n1. 打开 **半夏茶饮小程序 → 我的 → 优惠券 → 兑换**。\n2. 输入券码，下单时自动抵扣。\n\n## 请留意\n\n- 有效期：购买后 60 天。\n- 每单最多 3 张，不找零、不兑现。`,
    guideEn: `## How to use it\n\n1. Open **the Banxia mini program → Me → Coupons → Redeem**.\n2. Enter the code; it is applied at checkout.\n\n## Please note\n\n- Valid for 60 days.\n- Up to three an order, no change given.`,
    skus: variants('BX##########', [['20 元代金券', '¥20 voucher', 16.8, 20, 6]], {
      allocation: 'fefo',
      tiers: [
        { minQty: 10, unitPriceFen: 1640 },
        { minQty: 50, unitPriceFen: 1590 },
      ],
    }),
  },
  {
    title: '白帆出行 骑行卡',
    titleEn: 'Baifan ride pass',
    subtitle: '30 天不限次，每次前 30 分钟免费',
    subtitleEn: 'Unlimited rides, first 30 minutes free',
    category: '吃喝出行',
    tags: ['新品', '秒发'],
    position: 48,
    art: {
      mark: 'baifan',
      word: 'BAIFAN',
      form: 'card',
      sky: ['#d6f1f7', '#3a8fb0'],
      body: ['#1f8fb8', '#0d3b57'],
      accent: '#f2f5f7',
      texture: 'waves',
    },
    description: description('最后一公里，交给风。', ['单车不限次数', '覆盖 120 座城市', '免押金骑行']),
    descriptionEn: description('The last mile belongs to the wind.', [
      'Unlimited bike rides',
      '120 cities',
      'No deposit',
    ]),
    guide: guide('白帆出行 App', '钱包 → 骑行卡 → 兑换', [
      '兑换当天开始计算有效期。',
      '超出 30 分钟的部分按当地标准计费。',
    ]),
    guideEn: guideEn('the Baifan app', 'Wallet → Ride pass → Redeem', [
      'Valid from the day of redemption.',
      'After 30 minutes local rates apply.',
    ]),
    skus: variants('BF@@@@@@@@', [
      ['7 天卡', '7 days', 9.9, 15, 300],
      ['30 天卡', '30 days', 24.9, 35, 240],
      ['90 天卡', '90 days', 66, 95, 60],
    ]),
  },
]
