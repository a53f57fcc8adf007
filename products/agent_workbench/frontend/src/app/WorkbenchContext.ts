import { createContext, useContext } from 'react';
import type { Workbench } from './workbench';

export const WorkbenchContext = createContext<Workbench | null>(null);

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (workbench === null) throw new Error('useWorkbench is for components inside the workbench');
  return workbench;
}
