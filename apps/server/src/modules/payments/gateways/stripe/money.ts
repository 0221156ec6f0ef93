/**
 * Stripe counts in a currency's smallest unit; we count in hundredths of every currency.
 * Source: docs.stripe.com/currencies, "zero-decimal" and "three-decimal". UGX and ISK have no smaller unit but are
 * counted in hundredths all the same.
 */
const WHOLE: ReadonlySet<string> = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const THOUSANDTHS: ReadonlySet<string> = new Set('BHD JOD KWD OMR TND'.split(' '))

/** What a shop may ask for through Stripe, in the order of likelihood. */
export const STRIPE_CURRENCIES: readonly string[] = 'CNY USD EUR GBP HKD SGD AUD CAD NZD CHF JPY KRW MYR THB'.split(' ')

/** Hundredths → Stripe's units. Undefined when the currency has no coin that small (JPY 19.90). */
export function toStripe(amountFen: number, currency: string): number | undefined {
  if (THOUSANDTHS.has(currency)) return amountFen * 10
  if (!WHOLE.has(currency)) return amountFen
  return amountFen % 100 === 0 ? amountFen / 100 : undefined
}

/** Stripe's units → hundredths. Undefined for thousandths that are no whole hundredth; Stripe charges none such. */
export function fromStripe(amount: number, currency: string): number | undefined {
  if (WHOLE.has(currency)) return amount * 100
  if (!THOUSANDTHS.has(currency)) return amount
  return amount % 10 === 0 ? amount / 10 : undefined
}
