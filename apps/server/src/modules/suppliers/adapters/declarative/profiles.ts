import { type SupplierProfile, supplierProfile } from '@quanshu/contract'
import chengquan from './profiles/chengquan.json' with { type: 'json' }
import dayuanren from './profiles/dayuanren.json' with { type: 'json' }
import fengzhushou from './profiles/fengzhushou.json' with { type: 'json' }
import kakayun from './profiles/kakayun.json' with { type: 'json' }
import kasushou from './profiles/kasushou.json' with { type: 'json' }
import kayixin from './profiles/kayixin.json' with { type: 'json' }
import lansexiongdi from './profiles/lansexiongdi.json' with { type: 'json' }
import zhichong from './profiles/zhichong.json' with { type: 'json' }

const sources = [kasushou, kayixin, kakayun, chengquan, fengzhushou, lansexiongdi, dayuanren, zhichong]

/** Profiles that come with the system. What nobody has confirmed of them is said in their notes. */
export const shippedProfiles: readonly SupplierProfile[] = sources.map((profile) => supplierProfile.parse(profile))

/** As text, for a shop's own to start from: without the values that go without saying. */
export const shippedSources: ReadonlyMap<string, string> = new Map(
  sources.map((profile) => [profile.id, `${JSON.stringify(profile, null, 2)}\n`]),
)
