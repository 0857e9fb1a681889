-- Title: Managed nodes
-- Description: Every node with what its last patching operation found, as report.py compliance reads it.

-- It runs unchanged in Athena and in DuckDB: both have all that it says, and mean the same by it.
WITH information AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY accountid, region, resourceid ORDER BY COALESCE(capturetime, '') DESC) AS age
    FROM instance_information
    WHERE resourceid <> ''
),
patches AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY accountid, region, resourceid ORDER BY COALESCE(capturetime, '') DESC) AS age
    FROM patch_summary
    WHERE resourceid <> ''
),
compliance AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY accountid, region, resourceid ORDER BY COALESCE(capturetime, '') DESC) AS age
    FROM compliance_summary
    WHERE resourceid <> '' AND compliancetype = 'Patch'
)
SELECT
    i.accountid,
    i.region,
    i.resourceid AS node_id,
    COALESCE(i.computername, '') AS computer_name,
    COALESCE(i.platformtype, '') AS platform_type,
    COALESCE(i.platformname, '') AS platform_name,
    COALESCE(i.platformversion, '') AS platform_version,
    COALESCE(c.status, '') AS compliance,
    COALESCE(TRY_CAST(c.noncompliantcriticalcount AS integer), 0) AS noncompliant_critical,
    COALESCE(TRY_CAST(c.noncomplianthighcount AS integer), 0) AS noncompliant_high,
    COALESCE(TRY_CAST(c.noncompliantmediumcount AS integer), 0) AS noncompliant_medium,
    COALESCE(TRY_CAST(c.noncompliantlowcount AS integer), 0) AS noncompliant_low,
    COALESCE(TRY_CAST(c.noncompliantinformationalcount AS integer), 0) AS noncompliant_informational,
    COALESCE(TRY_CAST(c.noncompliantunspecifiedcount AS integer), 0) AS noncompliant_unspecified,
    COALESCE(TRY_CAST(p.missingcount AS integer), 0) AS missing,
    COALESCE(TRY_CAST(p.failedcount AS integer), 0) AS failed,
    COALESCE(TRY_CAST(p.installedcount AS integer), 0) AS installed,
    COALESCE(TRY_CAST(p.installedothercount AS integer), 0) AS installed_other,
    COALESCE(TRY_CAST(p.installedpendingrebootcount AS integer), 0) AS installed_pending_reboot,
    COALESCE(TRY_CAST(p.installedrejectedcount AS integer), 0) AS installed_rejected,
    COALESCE(TRY_CAST(p.notapplicablecount AS integer), 0) AS not_applicable,
    COALESCE(TRY_CAST(p.availablesecurityupdatecount AS integer), 0) AS available_security_updates,
    COALESCE(TRY_CAST(p.criticalnoncompliantcount AS integer), 0) AS critical_noncompliant,
    COALESCE(TRY_CAST(p.securitynoncompliantcount AS integer), 0) AS security_noncompliant,
    COALESCE(TRY_CAST(p.othernoncompliantcount AS integer), 0) AS other_noncompliant,
    COALESCE(p.patchgroup, '') AS patch_group,
    COALESCE(p.baselineid, '') AS baseline_id,
    COALESCE(p.operationtype, '') AS operation,
    CASE
        WHEN TRY_CAST(replace(substr(p.operationendtime, 1, 19), 'T', ' ') AS timestamp) IS NULL THEN ''
        ELSE substr(p.operationendtime, 1, 19) || 'Z'
    END AS operation_ended_at
FROM information AS i
LEFT JOIN patches AS p
    ON p.accountid = i.accountid AND p.region = i.region AND p.resourceid = i.resourceid AND p.age = 1
LEFT JOIN compliance AS c
    ON c.accountid = i.accountid AND c.region = i.region AND c.resourceid = i.resourceid AND c.age = 1
-- What is terminated stays in the bucket, and DescribeInstanceInformation does not list it.
WHERE i.age = 1 AND COALESCE(i.instancestatus, '') <> 'Terminated'
ORDER BY i.accountid, i.region, i.resourceid
