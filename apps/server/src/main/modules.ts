import { authenticate, hasColleagues, hasTwoFactor, identityModule } from '../modules/identity/index.ts'
import { resolveTenant, tenancyModule } from '../modules/tenancy/index.ts'
import type { Ports } from '../platform/http/index.ts'
import type { Module, Platform } from '../platform/module.ts'

export type Assembly = {
  /** In the order of their rows. */
  readonly modules: readonly Module[]
  readonly ports: Ports
}

/** The one place that knows every module, and that fills the ports through which a low one reaches a high one. */
export function assemble(platform: Platform): Assembly {
  return {
    modules: [
      tenancyModule(platform, { setupChecks: { staff: hasColleagues, twoFactor: hasTwoFactor } }),
      identityModule(platform),
    ],
    ports: {
      resolveTenant: resolveTenant(platform),
      authenticate: authenticate(platform),
    },
  }
}
