-- Title: Nodes with noncompliant critical patches
-- Description: Nodes with patches of severity CRITICAL that are missing, failed, rejected or wait for a reboot; most first.

SELECT
    c.accountid,
    c.region,
    c.resourceid AS node_id,
    i.computername AS computer_name,
    i.platformname AS platform_name,
    TRY_CAST(c.noncompliantcriticalcount AS integer) AS critical
FROM compliance_summary AS c
JOIN instance_information AS i
    ON i.accountid = c.accountid AND i.region = c.region AND i.resourceid = c.resourceid
WHERE
    c.compliancetype = 'Patch'
    AND TRY_CAST(c.noncompliantcriticalcount AS integer) > 0
    AND COALESCE(i.instancestatus, '') <> 'Terminated'
ORDER BY critical DESC, c.accountid, c.region, c.resourceid
