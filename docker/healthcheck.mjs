// For the image, which has no curl: exit code 0 when frames are accepted, 1 when not.
import { once } from 'node:events'
import { connect } from 'node:net'

const { env } = process
// It asks itself, on loopback: whose certificate it is does not matter.
env.NODE_TLS_REJECT_UNAUTHORIZED = '0'

async function isReady() {
  if (env.FRAMELAB_HTTP_TLS_CLIENT_CA_FILE) {
    // The control plane lets in only who has a certificate. What remains to be seen is whether the frame port does.
    const socket = connect(Number(env.FRAMELAB_FRAME_PORT), '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    return true
  }
  const scheme = env.FRAMELAB_HTTP_TLS_CERT_FILE ? 'https' : 'http'
  return (await fetch(`${scheme}://127.0.0.1:${env.FRAMELAB_HTTP_PORT}/readyz`)).ok
}

process.exitCode = (await isReady().catch(() => false)) ? 0 : 1
