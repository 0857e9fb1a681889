-- Title: Nodes that wait for a reboot
-- Description: Nodes with patches that are installed and take effect at a reboot, and whether the last operation may reboot.

SELECT
    p.accountid,
    p.region,
    p.resourceid AS node_id,
    i.computername AS computer_name,
    TRY_CAST(p.installedpendingrebootcount AS integer) AS pending_reboot,
    p.rebootoption AS reboot_option,
    p.operationendtime AS since
FROM patch_summary AS p
JOIN instance_information AS i
    ON i.accountid = p.accountid AND i.region = p.region AND i.resourceid = p.resourceid
WHERE
    TRY_CAST(p.installedpendingrebootcount AS integer) > 0
    AND COALESCE(i.instancestatus, '') <> 'Terminated'
ORDER BY p.operationendtime, p.accountid, p.region, p.resourceid
