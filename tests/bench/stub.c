/* stub.c - stands in for the webhook's handler in the benchmark's server (linked with --wrap=pl_admission_answer): the
 * same TLS, HTTP, framing and threads, but an answer that was ready beforehand. What is left to plimsolld is reading,
 * deciding and logging. */
#include "../../server/service.h"

pl_handler __wrap_pl_admission_answer;

void __wrap_pl_admission_answer(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
				const struct pl_call *call, struct pl_answer *ret_answer)
{
	(void)service, (void)desk, (void)policy, (void)call;
	ret_answer->status = 200;
	ret_answer->body = PL_STR("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":"
				  "{\"uid\":\"705ab4f5-6393-11e8-b7cc-42010a800002\",\"allowed\":true}}");
}
