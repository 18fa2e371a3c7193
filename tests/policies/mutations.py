"""Mutations of all rules that have some of their own."""

from tests.policies import (
    aws_mutations,
    azure_mutations,
    common_mutations,
    gcp_mutations,
    kubernetes_mutations,
    lifecycle_mutations,
    residency_mutations,
    sizing_mutations,
)
from tests.policies.mutation import ResourceMutations, StackMutations

OF_RESOURCES: dict[str, ResourceMutations] = {
    **residency_mutations.MUTATIONS,
    **aws_mutations.MUTATIONS,
    **azure_mutations.MUTATIONS,
    **gcp_mutations.MUTATIONS,
    **kubernetes_mutations.MUTATIONS,
    **lifecycle_mutations.MUTATIONS,
    **sizing_mutations.MUTATIONS,
    **common_mutations.MUTATIONS,
}
OF_STACKS: dict[str, StackMutations] = {
    **residency_mutations.STACK_MUTATIONS,
    **aws_mutations.STACK_MUTATIONS,
    **azure_mutations.STACK_MUTATIONS,
    **gcp_mutations.STACK_MUTATIONS,
    **kubernetes_mutations.STACK_MUTATIONS,
    **sizing_mutations.STACK_MUTATIONS,
}
