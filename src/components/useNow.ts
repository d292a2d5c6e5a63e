import { useEffect, useState } from 'react';

/** The time, told anew each second while something goes on. */
export function useNow(active: boolean): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    if (!active) {
      return;
    }
    const timer = setInterval(() => setNow(new Date().toISOString()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}
