/* detect_test.c - what an object is, and what is left undecided because it is two things at once. */
#include "reading.h"

static void tells_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum pl_object_form form;
	} rows[] = {
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", PL_FORM_KUBERNETES},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}", PL_FORM_KUBERNETES},
		{"apiVersion: apps/v1\nkind: Deployment\n", PL_FORM_KUBERNETES},
		{"{\"kind\":\"Deployment\",\"spec\":{}}", PL_FORM_KUBERNETES},
		{"{\"kind\":\"Kustomization\"}", PL_FORM_UNKNOWN},
		{"{\"apiVersion\":\"v2\",\"name\":\"chart\"}", PL_FORM_UNKNOWN},
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}", PL_FORM_LIST},
		{"{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[]}", PL_FORM_LIST},
		{"{\"apiVersion\":\"v1\",\"kind\":\"L\\u0069st\",\"items\":[]}", PL_FORM_LIST},
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[],\"items\":[]}", PL_FORM_KUBERNETES},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"items\":[]}", PL_FORM_LIST},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{},\"it\\u0065ms\":[]}", PL_FORM_LIST},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"items\":{}}", PL_FORM_KUBERNETES},
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"kind\":\"Pod\",\"items\":[]}", PL_FORM_KUBERNETES},
		{"{\"apiVersion\":\"example.com/v1\",\"kind\":\"AllowList\",\"spec\":{}}", PL_FORM_KUBERNETES},
		{"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{}}",
		 PL_FORM_REVIEW},
		{"{\"family\":\"f\",\"containerDefinitions\":[]}", PL_FORM_ECS_REGISTER},
		{"{\"containerD\\u0065finitions\":[]}", PL_FORM_ECS_REGISTER},
		{"{\"Family\":\"f\",\"ContainerDefinitions\":[]}", PL_FORM_UNKNOWN},
		{"{\"containerDefinitions\":[],\"ContainerDefinitions\":[]}", PL_FORM_UNKNOWN},
		{"{\"taskDefinition\":{\"containerDefinitions\":[]},\"tags\":[]}", PL_FORM_ECS_DESCRIBE},
		{"{\"taskDefinition\":{},\"taskDefinition\":{}}", PL_FORM_UNKNOWN},
		{"{\"taskDefinition\":{},\"containerDefinitions\":[]}", PL_FORM_UNKNOWN},
		{"{\"serviceName\":\"s\",\"taskDefinition\":\"f:1\"}", PL_FORM_UNKNOWN},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"containerDefinitions\":[]}", PL_FORM_UNKNOWN},
		{"[{\"image\":\"x\"}]", PL_FORM_UNKNOWN},
		{"{}", PL_FORM_UNKNOWN},
		{"just text", PL_FORM_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_doc *doc = read_doc(rows[i].text);
		enum pl_object_form form = pl_object_detect(doc, pl_doc_root(doc));
		if (form != rows[i].form)
			fail_msg("%s is form %d, not %d", rows[i].text, (int)form, (int)rows[i].form);
	}
}

static void takes_no_node(void **state)
{
	(void)state;
	struct pl_doc *doc = read_doc("{}");
	assert_int_equal(pl_object_detect(doc, PL_NO_NODE), PL_FORM_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_no_node, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
