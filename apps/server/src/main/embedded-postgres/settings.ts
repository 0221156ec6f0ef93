import { totalmem } from 'node:os'

const MB = 1024 ** 2
/** What there is, in a container what it may use. */
const memoryMb = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / MB
/** An eighth of the memory, since the application and the system's own cache want theirs; taken as pages are touched. */
const sharedBuffersMb = Math.round(Math.min(2_048, Math.max(128, memoryMb / 8)))

/**
 * For a machine of two cores and some gigabytes that the database shares with the application. Durable: fsync and
 * synchronous commit stay on.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '120',
  // An order of a shop with a past touches index pages that nobody else does: with 256 MB each was read again.
  shared_buffers: `${sharedBuffersMb}MB`,
  effective_cache_size: `${sharedBuffersMb * 4}MB`,
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  // Planning with it costs more than it saves on queries of a few milliseconds.
  jit: 'off',
  max_parallel_workers_per_gather: '1',
  // Cards and jobs are inserted, updated and deleted all day.
  autovacuum_vacuum_scale_factor: '0.05',
  // Statistics at a twentieth were a tenth of what the database spent on an order.
  autovacuum_analyze_scale_factor: '0.2',
  // A table that grew from nothing is planned as if it were empty until its first statistics.
  autovacuum_naptime: '5s',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_line_prefix: '%p ',
  // Failing statements are logged by the application, without their parameters.
  log_checkpoints: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_planning': 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

/** Faster and not durable, for a database that a test throws away. */
const THROW_AWAY: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '128MB',
  // Files of tests share one server; some open three platforms.
  max_connections: '400',
  autovacuum_naptime: '60s',
  // Of a password that nobody steals; every connection pays for each of the 4,096 rounds that are usual.
  scram_iterations: '1',
}

/** @param extra settings of this installation; they win */
export function serverArguments(
  port: number,
  durable: boolean,
  extra: Readonly<Record<string, string>> = {},
): readonly string[] {
  const settings = { ...SETTINGS, ...(durable ? {} : THROW_AWAY), port: String(port), ...extra }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
