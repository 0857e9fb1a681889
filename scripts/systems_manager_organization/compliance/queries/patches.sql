-- Title: Patches that do not comply
-- Description: Each patch of each node that is missing, failed, waits for a reboot, is rejected or not approved, as report.py compliance --patches reads it.

SELECT
    c.accountid,
    c.region,
    c.resourceid AS node_id,
    COALESCE(c.id, '') AS id,
    COALESCE(c.title, '') AS title,
    COALESCE(c.patchstate, '') AS patchstate,
    COALESCE(c.classification, '') AS classification,
    COALESCE(c.patchseverity, '') AS patchseverity,
    COALESCE(c.severity, '') AS severity,
    COALESCE(c.cveids, '') AS cveids,
    COALESCE(c.installedtime, '') AS installedtime
FROM compliance_item AS c
JOIN instance_information AS i
    ON i.accountid = c.accountid AND i.region = c.region AND i.resourceid = c.resourceid
WHERE
    c.compliancetype = 'Patch'
    AND upper(replace(c.patchstate, '_', '')) IN (
        'MISSING', 'FAILED', 'INSTALLEDPENDINGREBOOT', 'INSTALLEDREJECTED', 'AVAILABLESECURITYUPDATE'
    )
    AND COALESCE(i.instancestatus, '') <> 'Terminated'
ORDER BY c.accountid, c.region, node_id, id, title
