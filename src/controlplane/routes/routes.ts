import type { FastifyPluginCallback } from 'fastify'
import type { Explorations } from '../explorations.ts'
import type { Lab } from '../lab.ts'
import type { Loads } from '../loads.ts'
import { strictInput } from '../plugins/strict-input.ts'
import { auditRoutes } from './audit.ts'
import { bulkCloseRoutes } from './bulk-close.ts'
import { connectionRoutes } from './connection.ts'
import { connectionListRoutes } from './connections.ts'
import { doctorRoutes } from './doctor.ts'
import { drainRoutes } from './drain.ts'
import { eventRoutes } from './events.ts'
import { experimentReportRoutes } from './experiment-report.ts'
import { experimentRoutes } from './experiments.ts'
import { explorationRoutes } from './explorations.ts'
import { healthRoutes } from './health.ts'
import { loadRoutes } from './load.ts'
import { metricsRoutes } from './metrics.ts'
import { optimizationRoutes } from './optimizations.ts'
import { pprofRoutes } from './pprof.ts'
import { profileDifferenceRoutes } from './profile-differences.ts'
import { profileDownloadRoutes } from './profile-downloads.ts'
import { profileFlameGraphRoutes } from './profile-flame-graph.ts'
import { profileListingRoutes } from './profile-listing.ts'
import { profileRoutes } from './profiles.ts'
import { serverRoutes } from './server.ts'
import { traceRoutes } from './trace.ts'
import { workerRoutes } from './workers.ts'

interface RouteOptions {
  readonly lab: Lab
  readonly loads: Loads
  readonly explorations: Explorations
}

/** Every resource and probe, each at its path. */
export const routes: FastifyPluginCallback<RouteOptions> = (app, { lab, loads, explorations }, done) => {
  app.register(healthRoutes, { lab })
  app.register(metricsRoutes, { lab })
  app.register(pprofRoutes, { lab })
  app.register(api, { lab, loads, explorations, prefix: '/api/v1' })
  done()
}

const api: FastifyPluginCallback<RouteOptions> = (app, { lab, loads, explorations }, done) => {
  app.register(strictInput)
  app.register(serverRoutes, { lab })
  app.register(connectionListRoutes, { lab })
  app.register(bulkCloseRoutes, { lab })
  app.register(connectionRoutes, { lab })
  app.register(traceRoutes, { lab })
  app.register(optimizationRoutes, { lab })
  app.register(workerRoutes, { lab })
  app.register(auditRoutes, { lab })
  app.register(eventRoutes, { lab })
  app.register(profileFlameGraphRoutes, { lab })
  app.register(profileListingRoutes, { lab })
  app.register(profileRoutes, { lab })
  app.register(profileDownloadRoutes, { lab })
  app.register(profileDifferenceRoutes, { lab })
  app.register(loadRoutes, { lab, loads })
  app.register(explorationRoutes, { lab, explorations })
  app.register(experimentRoutes, { lab, loads, explorations })
  app.register(experimentReportRoutes, { lab })
  app.register(doctorRoutes, { lab })
  app.register(drainRoutes, { lab })
  done()
}
