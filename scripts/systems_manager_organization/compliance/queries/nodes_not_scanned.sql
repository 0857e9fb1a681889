-- Title: Nodes not scanned for a week
-- Description: Nodes whose last patching operation ended more than seven days ago, or that never had one.

SELECT
    i.accountid,
    i.region,
    i.resourceid AS node_id,
    i.computername AS computer_name,
    i.instancestatus AS status,
    p.operationendtime AS scanned_at
FROM instance_information AS i
LEFT JOIN patch_summary AS p
    ON p.accountid = i.accountid AND p.region = i.region AND p.resourceid = i.resourceid
WHERE
    i.resourceid <> ''
    AND COALESCE(i.instancestatus, '') <> 'Terminated'
    AND COALESCE(TRY_CAST(replace(substr(p.operationendtime, 1, 19), 'T', ' ') AS timestamp), TIMESTAMP '1970-01-01 00:00:00')
        < CAST(current_timestamp AS timestamp) - INTERVAL '7' DAY
ORDER BY scanned_at, i.accountid, i.region, i.resourceid
