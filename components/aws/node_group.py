"""Managed node groups on Amazon Linux 2023."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.cluster import EksCluster
from components.aws.iam import service_trust
from components.base import Component, ComponentArgs
from settings import naming

#: The kubelet on AL2023 merges these files in the order of their names; nodeadm writes 40-nodeadm.conf.
KUBELET_DROP_INS: Final = "/etc/kubernetes/kubelet/config.json.d"
AMI_TYPE: Final = "AL2023_x86_64_STANDARD"
NODE_POLICIES: Final = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


@dataclass(frozen=True, kw_only=True)
class NodeGroupArgs(ComponentArgs):
    """Size and place of the nodes."""

    cluster: EksCluster
    #: What the group is for; part of its name and the node label `platform/node-group`.
    label: str
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    instance_type: str
    min_nodes: int
    max_nodes: int
    #: Pods a node may run; the kubelet on AL2023 would otherwise stay at what the interfaces' single addresses give.
    max_pods: int
    disk_gib: int
    #: Only pods that tolerate `platform/node-group=<label>:NoSchedule` run here.
    dedicated: bool = False


def user_data(max_pods: int) -> str:
    """Return the user data, base64: it sets the kubelet's pod limit twice.

    The nodeadm part sizes the memory reservation. EKS appends a part of its own whose limit would win, so a script
    writes the limit into the kubelet's configuration, in a file that is read after nodeadm's.
    """
    document = textwrap.dedent(f"""\
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="NODEADM"

        --NODEADM
        Content-Type: application/node.eks.aws

        ---
        apiVersion: node.eks.aws/v1alpha1
        kind: NodeConfig
        spec:
          kubelet:
            config:
              maxPods: {max_pods}

        --NODEADM
        Content-Type: text/x-shellscript; charset="us-ascii"

        #!/bin/sh
        set -eu
        mkdir -p {KUBELET_DROP_INS}
        cat > {KUBELET_DROP_INS}/90-max-pods.conf <<'EOF'
        {{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "maxPods": {max_pods}}}
        EOF

        --NODEADM--
        """)
    return base64.b64encode(document.encode()).decode()


class NodeGroup(Component[NodeGroupArgs], type="platform:aws:NodeGroup"):
    """Nodes with IMDSv2 only, encrypted volumes, and no credentials for their pods beyond pulling images."""

    node_group_name: pulumi.Output[str]

    def build(self, args: NodeGroupArgs) -> None:
        """Place the role, the launch template and the node group."""
        names, tags = args.scope.names, args.scope.tags
        role_name = names(naming.IAM_ROLE, "nodes", args.label)
        role = aws.iam.Role(
            f"{self.name}-role",
            name=role_name,
            assume_role_policy=service_trust("ec2.amazonaws.com"),
            tags=tags.aws(role_name),
            opts=self.child(),
        )
        policies = [
            aws.iam.RolePolicyAttachment(
                f"{self.name}-{policy}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self.child(),
            )
            for policy in NODE_POLICIES
        ]
        template_name = names(naming.LAUNCH_TEMPLATE, "nodes", args.label)
        node_tags = tags.aws(template_name)
        template = aws.ec2.LaunchTemplate(
            f"{self.name}-launch-template",
            name=template_name,
            update_default_version=True,
            user_data=user_data(args.max_pods),
            # One hop: pods cannot reach the metadata service and with it the node's role.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_size": args.disk_gib,
                        "volume_type": "gp3",
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            tag_specifications=[{"resource_type": kind, "tags": node_tags} for kind in ("instance", "volume")],
            tags=node_tags,
            opts=self.child(),
        )
        # The type is part of the name, so that another type makes a new group beside the old one before that goes.
        group_name = names(naming.EKS_NODE_GROUP, args.label, args.instance_type.replace(".", "-"))
        group = aws.eks.NodeGroup(
            f"{self.name}-group",
            cluster_name=args.cluster.cluster_name,
            node_group_name=group_name,
            node_role_arn=role.arn,
            subnet_ids=args.subnet_ids,
            ami_type=AMI_TYPE,
            capacity_type="ON_DEMAND",
            instance_types=[args.instance_type],
            scaling_config={
                "min_size": args.min_nodes,
                "max_size": args.max_nodes,
                "desired_size": args.min_nodes,
            },
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            labels={"platform/node-group": args.label},
            taints=[{"key": "platform/node-group", "value": args.label, "effect": "NO_SCHEDULE"}]
            if args.dedicated
            else None,
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            tags=tags.aws(group_name),
            opts=self.child(
                depends_on=policies,
                # The desired size belongs to the cluster autoscaler once the group runs, if it has room to choose.
                ignore_changes=["scalingConfig.desiredSize"] if args.min_nodes < args.max_nodes else None,
            ),
        )
        self.node_group_name = group.node_group_name
