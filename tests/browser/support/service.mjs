/** What a story does to the services without a page. */

/**
 * Another customer, who only waits for a person.
 *
 * @param {import('./world.mjs').World} world
 * @param {string} message
 * @returns {Promise<string>} the session's name
 */
export async function somebodyWaits({ shop }, message) {
  const { session_name, token } = await post(`${shop}/api/sessions`, {});
  await post(`${shop}/api/chat`, { message, session_name, wait: true }, token);
  await post(`${shop}/api/manual/escalate`, { session_name }, token);
  return session_name;
}

/** @type {Promise<string> | undefined} */
let token;

/**
 * A token of an agent, who may read every session.
 *
 * @param {import('./world.mjs').World} world
 */
export function agentToken(world) {
  // Checking a password takes a service long, so it is asked once.
  token ??= signIn(world);
  return token;
}

/**
 * @param {import('./world.mjs').World} world
 * @returns {Promise<string>}
 */
async function signIn({ workbench }) {
  const { agents } = await get(`${workbench}/api/auth/demo`);
  const { username, password } = agents[0];
  return (await post(`${workbench}/api/auth/login`, { username, password })).access_token;
}

/** @param {string} url */
async function get(url) {
  return answer(url, await fetch(url));
}

/**
 * @param {string} url
 * @param {unknown} body
 * @param {string} [token]
 */
async function post(url, body, token) {
  const headers = {
    'Content-Type': 'application/json',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  return answer(url, await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/**
 * @param {string} url
 * @param {Response} response
 */
async function answer(url, response) {
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return /** @type {any} */ (await response.json());
}
