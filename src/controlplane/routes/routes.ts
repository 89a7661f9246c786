import type { FastifyPluginCallback } from 'fastify'
import type { Lab } from '../lab.ts'
import { strictInput } from '../plugins/strict-input.ts'
import { auditRoutes } from './audit.ts'
import { connectionRoutes } from './connections.ts'
import { drainRoutes } from './drain.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { metricsRoutes } from './metrics.ts'
import { optimizationRoutes } from './optimizations.ts'
import { serverRoutes } from './server.ts'
import { workerRoutes } from './workers.ts'

/** Every resource and probe, each at its path. */
export const routes: FastifyPluginCallback<{ lab: Lab }> = (app, { lab }, done) => {
  app.register(healthRoutes, { lab })
  app.register(metricsRoutes, { lab })
  app.register(api, { lab, prefix: '/api/v1' })
  done()
}

const api: FastifyPluginCallback<{ lab: Lab }> = (app, { lab }, done) => {
  app.register(strictInput)
  app.register(serverRoutes, { lab })
  app.register(connectionRoutes, { lab })
  app.register(optimizationRoutes, { lab })
  app.register(workerRoutes, { lab })
  app.register(auditRoutes, { lab })
  app.register(eventRoutes, { lab })
  app.register(drainRoutes, { lab })
  done()
}
