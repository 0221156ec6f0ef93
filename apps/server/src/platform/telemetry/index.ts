import { type Attributes, type Counter, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { createHistograms, type Histogram } from './histogram.ts'

// Collected only when somebody scrapes, so it is always on: no start order, no "metrics were not configured".
const histograms = createHistograms()
const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers: [histograms.producer] })
const serializer = new PrometheusSerializer('quanshu', false, undefined, true, true)

/** Seconds from a cache hit to a stuck request; batches and jobs use the same steps so that graphs line up. */
const SECONDS_STEPS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const SIZE_STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

const meter = new MeterProvider({ readers: [exporter] }).getMeter('quanshu')

/** A duration in seconds. Name ends with `_seconds`; labels must be of few values (never an id or a path). */
export const seconds = (name: string, description: string): Histogram =>
  histograms.open(name, description, 's', SECONDS_STEPS)

/** How many things went at once. Name ends with `_size`. */
export const size = (name: string, description: string): Histogram => histograms.open(name, description, '', SIZE_STEPS)

export const counter = (name: string, description: string): Counter => meter.createCounter(name, { description })

/** A value read at scrape time, e.g. open streams. */
export function gauge(name: string, description: string, read: () => number): void {
  meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()))
}

/** The text Prometheus scrapes. */
export async function metricsText(): Promise<string> {
  const { resourceMetrics } = await exporter.collect()
  return serializer.serialize(resourceMetrics)
}

export type Tracing = { readonly stop: () => Promise<void> }

const tracer = trace.getTracer('quanshu')
let tracing = false

/**
 * Sends traces by OTLP over HTTP. Without an endpoint nothing is loaded and spans cost nothing.
 * @param options.endpointUrl the collector's base, e.g. `http://collector:4318`
 */
export async function startTracing(options: {
  readonly endpointUrl: string | undefined
  readonly serviceName: string
}): Promise<Tracing> {
  if (options.endpointUrl === undefined) return { stop: async () => {} }
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const traceProvider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${options.endpointUrl.replace(/\/+$/, '')}/v1/traces` })),
    ],
  })
  traceProvider.register()
  tracing = true
  return {
    stop: async () => {
      tracing = false
      await traceProvider.shutdown()
    },
  }
}

export type SpanOf = 'request' | 'work'
const KINDS = { request: SpanKind.SERVER, work: SpanKind.INTERNAL } as const

/** Runs `fn` inside a span; a thrown error marks it. Straight through when tracing is off. */
export function span<T>(kind: SpanOf, name: string, attributes: Attributes, fn: () => Promise<T>): Promise<T> {
  if (!tracing) return fn()
  return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, (open) => finish(open, fn))
}

async function finish<T>(open: Span, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn()
  } catch (error) {
    open.recordException(error instanceof Error ? error : String(error))
    open.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    open.end()
  }
}
