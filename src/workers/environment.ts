import { readFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import type { ExperimentEnvironment } from '../contract/experiment.ts'

/** Where something is measured: figures of one machine say nothing about another. */
export function environmentNow(framelab: string, workers: number): ExperimentEnvironment {
  return {
    framelab,
    node: process.version,
    v8: process.versions.v8,
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: cpus().length,
    loadAverage: loadavg()[0] ?? 0,
    memoryBytes: totalmem(),
    container: containerLimits(),
    workers
  }
}

/** Of the control group, version 2 or 1; null where there is no limit of either kind. */
function containerLimits(): ExperimentEnvironment['container'] {
  const [quota, period] = (read('/sys/fs/cgroup/cpu.max') ?? oldCpuLimit()).split(/\s+/).map(Number)
  const memory = Number(read('/sys/fs/cgroup/memory.max') ?? read('/sys/fs/cgroup/memory/memory.limit_in_bytes'))
  const limits = {
    cpus: quota !== undefined && quota > 0 && period !== undefined && period > 0 ? quota / period : null,
    // Version 1 writes no limit as a number beyond any memory.
    memoryBytes: memory > 0 && memory < totalmem() ? memory : null
  }
  return limits.cpus === null && limits.memoryBytes === null ? null : limits
}

function oldCpuLimit(): string {
  return `${read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? ''} ${read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? ''}`
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
