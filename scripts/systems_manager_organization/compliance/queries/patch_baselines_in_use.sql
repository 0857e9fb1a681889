-- Title: Patch baselines in use
-- Description: Which patch baseline and patch group the nodes were last scanned with, in how many accounts.

SELECT
    p.baselineid AS baseline_id,
    COALESCE(p.patchgroup, '') AS patch_group,
    count(DISTINCT p.accountid) AS accounts,
    count(*) AS nodes
FROM patch_summary AS p
JOIN instance_information AS i
    ON i.accountid = p.accountid AND i.region = p.region AND i.resourceid = p.resourceid
WHERE COALESCE(i.instancestatus, '') <> 'Terminated'
GROUP BY p.baselineid, COALESCE(p.patchgroup, '')
ORDER BY nodes DESC, baseline_id, patch_group
