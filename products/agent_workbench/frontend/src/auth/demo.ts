import { createApi } from '@baton/client';

export interface DemoAgent {
  username: string;
  password: string;
  name: string;
  role: string;
}

/** The agents whose passwords the server gives away; none unless it runs as a demo. */
export async function fetchDemoAgents(signal: AbortSignal): Promise<DemoAgent[]> {
  const answer = await createApi().get<{ demo: boolean; agents: DemoAgent[] }>('/api/auth/demo', { signal });
  return answer.demo ? answer.agents : [];
}
